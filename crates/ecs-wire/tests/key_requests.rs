//! Every spelling of a request about secret keys that real clients use, and what is refused.

mod spelling;

use keyward_ecs_wire::requests::*;
use keyward_ecs_wire::{BodyError, EcsError, GivenSecret, decode};
use spelling::{JSON, XML, read, refusal};

fn expiry(body: &str) -> Option<String> {
    read::<SecretKeyCreate>(body).existing_key_expiry_time_mins
}

#[test]
fn every_way_to_give_no_expiry_is_understood() {
    for body in [
        "<secret_key_create_param/>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<secret_key_create_param/>\n",
        "<secret_key_create_param></secret_key_create_param>",
        "<secret_key_create_param>\n  <existing_key_expiry_time_mins></existing_key_expiry_time_mins>\n</secret_key_create_param>",
        r#"<secret_key_create_param><existing_key_expiry_time_mins null="true"/></secret_key_create_param>"#,
        "<secret_key_create_param><existing_key_expiry_time_mins> </existing_key_expiry_time_mins></secret_key_create_param>",
        "{}",
        " {} ",
        "\u{feff}{}",
        "null",
        "",
        "  \n",
        "\"{}\"",
        "\"\"",
        r#"{"existing_key_expiry_time_mins":null}"#,
        r#"{"existing_key_expiry_time_mins":null,"namespace":null}"#,
        r#"{"existing_key_expiry_time_mins":""}"#,
        r#"{"existing_key_expiry_time_mins":"  "}"#,
        r#"{"existing_key_expiry_time_mins":{"-null":"true"}}"#,
        r#"{"secret_key_create_param":{}}"#,
        r#"{"secret_key_create_param":null}"#,
        r#"{"secret_key_create_param":""}"#,
        r#"{"secretkey":"ignored","unknown":[1,{"a":2}]}"#,
    ] {
        assert_eq!(expiry(body), None, "{body}");
    }
}

#[test]
fn an_expiry_is_read_as_it_was_written() {
    for (body, raw) in [
        (
            "<secret_key_create_param><existing_key_expiry_time_mins>60</existing_key_expiry_time_mins></secret_key_create_param>",
            "60",
        ),
        (r#"{"existing_key_expiry_time_mins":60}"#, "60"),
        (r#"{"existing_key_expiry_time_mins": "10"}"#, "10"),
        (r#"{"secret_key_create_param":{"existing_key_expiry_time_mins":"10"}}"#, "10"),
        (r#""{\"existing_key_expiry_time_mins\":\"10\"}""#, "10"),
        (r#"{"existing_key_expiry_time_mins":1e3}"#, "1e3"),
        (r#"{"existing_key_expiry_time_mins":60.0}"#, "60.0"),
        (r#"{"existing_key_expiry_time_mins":true}"#, "true"),
        (r#"{"existing_key_expiry_time_mins":99999999999999999999}"#, "99999999999999999999"),
        (r#"{"existing_key_expiry_time_mins":1,"existing_key_expiry_time_mins":2}"#, "2"),
    ] {
        assert_eq!(expiry(body).as_deref(), Some(raw), "{body}");
    }
}

#[test]
fn a_body_without_a_useful_content_type_is_recognised_by_its_first_character() {
    for content_type in [None, Some("application/x-www-form-urlencoded"), Some("text/plain;charset=UTF-8")] {
        for body in ["{}", "", "null", "\"{}\"", " <secret_key_create_param/>"] {
            assert!(decode::<SecretKeyCreate>(content_type, body.as_bytes()).is_ok(), "{content_type:?} {body}");
        }
        let (code, details) = refusal::<SecretKeyCreate>(content_type, "existing_key_expiry_time_mins=60");
        assert_eq!(code, 1013);
        assert!(details.contains("application/json"), "{details}");
    }
    assert_eq!(refusal::<SecretKeyCreate>(Some("text/html"), "{}").0, 1003);
}

#[test]
fn what_is_not_a_request_is_a_bad_body() {
    for body in
        ["[]", "60", "\"text\"", "true", "{", "{}{}", "{'a':1}", "nul", "[{}]", "\"[]\"", "<a/>", "{\"a\":\"\\ud800\"}"]
    {
        assert_eq!(refusal::<SecretKeyCreate>(JSON, body).0, 1013, "{body}");
    }
    for body in
        ["{}", "<other/>", "<SECRET_KEY_CREATE_PARAM/>", "<secret_key_create_param>60</secret_key_create_param>"]
    {
        assert_eq!(refusal::<SecretKeyCreate>(XML, body).0, 1013, "{body}");
    }
    assert_eq!(refusal::<SecretKeyCreate>(JSON, r#"{"existing_key_expiry_time_mins":[60]}"#).0, 1008);
}

#[test]
fn bytes_that_are_no_utf8_are_refused_with_their_place() {
    let (code, details) = refusal::<SecretKeyCreate>(JSON, b"{\"a\":\"\xff\"}");
    assert_eq!(code, 1013);
    assert!(details.contains("byte 6"), "{details}");
    assert_eq!(refusal::<SecretKeyCreate>(XML, b"\xff\xfe<\0a\0/\0>\0").0, 1013);
}

#[test]
fn an_own_key_is_kept_to_the_byte_and_an_empty_one_means_generate() {
    let key = "yoSi6A1p6GbsHM396kK0lrVyoqR3/VYeC0mpmUay";
    for body in [
        format!(
            r#"<user_secret_key_create><existing_key_expiry_time_mins null="true"/><namespace>ns1</namespace><secretkey>{key}</secretkey></user_secret_key_create>"#
        ),
        format!(r#"{{"namespace":"ns1","secretkey":"{key}"}}"#),
        format!(
            r#"{{"user_secret_key_create":{{"existing_key_expiry_time_mins":{{"-null":"true"}},"namespace":"ns1","secretkey":"{key}"}}}}"#
        ),
    ] {
        let request: UserSecretKeyCreate = read(&body);
        assert_eq!(request.secretkey, Some(GivenSecret::new(key)), "{body}");
        assert_eq!((request.namespace.as_deref(), request.existing_key_expiry_time_mins), (Some("ns1"), None));
        assert!(!format!("{:?}", read::<UserSecretKeyCreate>(&body)).contains(key));
    }
    assert_eq!(read::<UserSecretKeyCreate>(r#"{"secretkey":" a "}"#).secretkey, Some(GivenSecret::new(" a ")));
    for body in [
        r#"{"secretkey":""}"#,
        r#"{"secretkey":null}"#,
        r#"{"secret_key":"misspelt"}"#,
        "<user_secret_key_create><secretkey/></user_secret_key_create>",
    ] {
        assert_eq!(read::<UserSecretKeyCreate>(body).secretkey, None, "{body}");
    }
}

#[test]
fn silence_about_keys_removes_all_of_them() {
    for body in [
        "{}",
        "",
        "null",
        "\"{}\"",
        "<secret_key_delete_param/>",
        r#"{"secret_key":null}"#,
        r#"{"secret_key":null,"secret_key_id":null}"#,
        r#"<secret_key_delete_param><secret_key null="true"/></secret_key_delete_param>"#,
        r#"{"secret_key_delete_param":{}}"#,
        r#"{"unknown":1}"#,
    ] {
        assert_eq!(read::<SecretKeyDelete>(body).keys, KeysToRemove::All, "{body}");
    }
    let request: UserSecretKeyDelete = read(r#"{"namespace":"ns1"}"#);
    assert_eq!((request.keys, request.namespace.as_deref()), (KeysToRemove::All, Some("ns1")));
}

#[test]
fn an_empty_or_misspelt_key_never_removes_all_keys() {
    for body in [
        r#"{"secret_key":""}"#,
        r#"{"secret_key":"  "}"#,
        r#"{"secret_key":{}}"#,
        r#"{"secret_key_id":""}"#,
        r#"{"secret_key":"a","secret_key":null}"#,
        "<secret_key_delete_param><secret_key/></secret_key_delete_param>",
        "<secret_key_delete_param><secret_key>\n</secret_key></secret_key_delete_param>",
    ] {
        let content_type = if body.starts_with('<') { XML } else { JSON };
        let (code, details) = refusal::<SecretKeyDelete>(content_type, body);
        assert_eq!(code, 1005, "{body}");
        assert!(details.contains("leave the field out to remove all keys"), "{details}");
    }
    for body in [
        r#"{"secretKey":"a"}"#,
        r#"{"secret_keys":["a"]}"#,
        r#"{"key":"a"}"#,
        r#"{"user_secret_key_delete":{"secret_key":"a"}}"#,
        r#"{"secret_key_delete_param":"a"}"#,
        r#"{"secret_key":["a"]}"#,
    ] {
        assert_eq!(refusal::<SecretKeyDelete>(JSON, body).0, 1008, "{body}");
    }
    assert_eq!(refusal::<SecretKeyDelete>(XML, "<secret_key_delete_param>a</secret_key_delete_param>").0, 1013);
}

#[test]
fn a_key_to_remove_is_named_by_value_or_id() {
    let by_value = KeysToRemove::Secret(GivenSecret::new("a+b/c="));
    for body in [
        "<user_secret_key_delete><secret_key>a+b/c=</secret_key><namespace>ns1</namespace></user_secret_key_delete>",
        r#"{"secret_key":"a+b/c=","namespace":"ns1"}"#,
        r#"{"user_secret_key_delete":{"secret_key":"a+b/c=","namespace":"ns1"}}"#,
        r#"{"secretkey":"a+b/c=","namespace":"ns1"}"#,
        r#"{"secret_key":"a+b/c=","secret_key_id":"0011","namespace":"ns1"}"#,
    ] {
        let request: UserSecretKeyDelete = read(body);
        assert_eq!((&request.keys, request.namespace.as_deref()), (&by_value, Some("ns1")), "{body}");
    }
    for body in [r#"{"secret_key_id":"0011"}"#, r#"{"secret_key":"","secret_key_id":"0011"}"#] {
        assert_eq!(read::<SecretKeyDelete>(body).keys, KeysToRemove::Id("0011".into()), "{body}");
    }
}

#[test]
fn no_refusal_repeats_a_secret() {
    let secret = "wemtu5OTOqGH1k4V";
    for body in [
        format!(r#"{{"secretkey":["{secret}"]}}"#),
        format!(r#"{{"secretkey":{{"{secret}":1}}}}"#),
        format!(r#"{{"secretkey":"{secret}"#),
        format!(r#""{secret}""#),
        secret.to_owned(),
        format!("<user_secret_key_create><secretkey>{secret}&bad;</secretkey></user_secret_key_create>"),
        format!("<user_secret_key_create>{secret}</user_secret_key_create>"),
        format!("<user_secret_key_create/>{secret}"),
    ] {
        for content_type in [None, JSON, XML] {
            let error: BodyError = decode::<UserSecretKeyCreate>(content_type, body.as_bytes()).expect_err("refused");
            let told = format!("{error} {error:?} {:?}", EcsError::from(error.clone()));
            assert!(!told.contains(secret), "{told}");
        }
    }
}
