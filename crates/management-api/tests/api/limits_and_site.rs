//! Limits of namespaces, and what clients read before they do anything else.

use http::Method;

use crate::office::{Answered, Office};

async fn ask(office: &Office, token: &str, method: Method, part: &str, body: &str) -> Answered {
    let path = format!("/object/namespaces/namespace/local/{part}");
    office.ask(method, &path).token(token).json(body).send().await
}

#[tokio::test]
async fn the_quota_of_a_namespace_is_set_shown_and_removed() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let wrapped = r#"{"namespace_quota_details":{"blockSize":"10","notificationSize":"8"}}"#;
    ask(&office, &root, Method::PUT, "quota", wrapped).await.expect(200);
    let shown = ask(&office, &root, Method::GET, "quota", "").await.expect(200);
    assert_eq!(shown.body, r#"{"namespace":"local","blockSize":10,"notificationSize":8}"#);
    let namespace = office.get("/object/namespaces/namespace/local").token(&root).for_json().send().await.expect(200);
    assert_eq!((namespace.field("blockSize"), namespace.field("notificationSize")), ("10".into(), "8".into()));
    ask(&office, &root, Method::DELETE, "quota", "").await.expect(200);
    assert_eq!(ask(&office, &root, Method::GET, "quota", "").await.expect(200).field("blockSize"), "-1");
}

#[tokio::test]
async fn retention_classes_are_made_listed_changed_and_removed() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let class = r#"{"name":"y7","period":220752000}"#;
    ask(&office, &root, Method::POST, "retention", class).await.expect(200);
    ask(&office, &root, Method::POST, "retention", class).await.refused(400, 1015);
    ask(&office, &root, Method::POST, "retention", r#"{"name":"x","period":-2}"#).await.refused(400, 1014);
    ask(&office, &root, Method::PUT, "retention/y7", r#"{"period":60}"#).await.expect(200);
    let one = ask(&office, &root, Method::GET, "retention/y7", "").await.expect(200);
    assert_eq!(one.body, r#"{"name":"y7","period":60}"#);
    let all = ask(&office, &root, Method::GET, "retention", "").await.expect(200);
    assert_eq!(all.body, r#"{"retention_class":[{"name":"y7","period":60}]}"#);
    ask(&office, &root, Method::DELETE, "retention/y7", "").await.expect(200);
    for (method, body) in [(Method::GET, ""), (Method::PUT, r#"{"period":60}"#), (Method::DELETE, "")] {
        ask(&office, &root, method, "retention/y7", body).await.refused(400, 1004);
    }
}

#[tokio::test]
async fn there_is_one_replication_group_and_it_keeps_its_id() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let ask = async |path: &str| office.get(path).token(&root).for_json().send().await;
    let groups = ask("/vdc/data-service/vpools").await.expect(200);
    assert_eq!(ask("/vdc/data-service/vpools").await.expect(200).body, groups.body);
    let groups = groups.value();
    let [group] = groups["data_service_vpool"].as_array().expect("a list").as_slice() else { panic!("one group") };
    let id = group["id"].as_str().expect("an id");
    assert!(id.starts_with("urn:storageos:ReplicationGroupInfo:") && id.ends_with(":global"), "{id}");
    assert_eq!(ask(&format!("/vdc/data-service/vpools/{id}")).await.expect(200).value(), *group);
    ask("/vdc/data-service/vpools/urn:x").await.refused(404, 2000);
    let center = ask("/object/vdcs/vdc/local").await.expect(200);
    assert_eq!(group["varrayMappings"][0]["name"], center.field("vdcId"));
    assert_eq!(center.field("secretKeys"), "");
}

#[tokio::test]
async fn the_node_and_its_space_are_told_as_they_are() {
    let office = Office::open().await;
    let root = office.log_in("root").await;
    let nodes = office.get("/vdc/nodes").token(&root).for_json().send().await.expect(200).value();
    assert_eq!((&nodes["node"][0]["nodename"], &nodes["node"][0]["ip"]), (&"node1".into(), &"192.0.2.1".into()));
    let capacity = office.get("/object/capacity").token(&root).for_json().send().await.expect(200);
    assert_eq!(capacity.body, r#"{"totalProvisioned_gb":4,"totalFree_gb":3}"#);
}
