//! Configuration documents: what clients send is read, and comes back as it was.

use keyward_identity::{Expiration, ObjectOwnership, RetentionMode, RetentionPeriod, Versioning};
use keyward_s3_wire::configuration::{
    AccessControlPolicy, read_bucket_tags, read_cors, read_encryption, read_lifecycle, read_object_lock,
    read_ownership, read_public_access_block, read_versioning, write_cors, write_lifecycle, write_object_lock,
    write_ownership, write_public_access_block, write_tags, write_versioning,
};
use keyward_s3_wire::{ErrorCode, S3Error};

fn code<T>(read: Result<T, S3Error>) -> Option<ErrorCode> {
    read.err().map(|error| error.code())
}

const GOLDEN: [&str; 8] = [
    include_str!("../golden/cors.xml"),
    include_str!("../golden/lifecycle.xml"),
    include_str!("../golden/object_lock.xml"),
    include_str!("../golden/ownership_controls.xml"),
    include_str!("../golden/public_access_block.xml"),
    include_str!("../golden/tagging.xml"),
    include_str!("../golden/versioning.xml"),
    include_str!("../golden/access_control_policy.xml"),
];

#[test]
fn every_document_comes_back_as_it_was_sent() {
    let written: [Vec<u8>; 8] = [
        write_cors(&read_cors(GOLDEN[0].as_bytes()).unwrap()),
        write_lifecycle(&read_lifecycle(GOLDEN[1].as_bytes()).unwrap()),
        write_object_lock(&read_object_lock(GOLDEN[2].as_bytes()).unwrap()),
        write_ownership(read_ownership(GOLDEN[3].as_bytes()).unwrap()),
        write_public_access_block(&read_public_access_block(GOLDEN[4].as_bytes()).unwrap()),
        write_tags(
            read_bucket_tags(GOLDEN[5].as_bytes()).unwrap().iter().map(|tag| (tag.name.as_str(), tag.value.as_str())),
        ),
        write_versioning(read_versioning(GOLDEN[6].as_bytes()).unwrap()),
        AccessControlPolicy::read(GOLDEN[7].as_bytes()).unwrap().write(),
    ];
    for (golden, written) in GOLDEN.iter().zip(written) {
        assert_eq!(String::from_utf8(written).unwrap(), golden.trim_end());
    }
}

#[test]
fn a_default_retention_has_a_mode_and_one_period() {
    let read = |retention: &str| {
        let rule = format!("<Rule><DefaultRetention>{retention}</DefaultRetention></Rule>");
        read_object_lock(
            format!("<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}</ObjectLockConfiguration>")
                .as_bytes(),
        )
    };
    let retention = read("<Mode>COMPLIANCE</Mode><Years>2</Years>").unwrap().default_retention.unwrap();
    assert_eq!((retention.mode, retention.period), (RetentionMode::Compliance, RetentionPeriod::Years(2)));
    assert_eq!(code(read("<Mode>COMPLIANCE</Mode>")), Some(ErrorCode::MalformedXML));
    assert_eq!(code(read("<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>")), Some(ErrorCode::MalformedXML));
    assert_eq!(code(read("<Mode>governance</Mode><Days>1</Days>")), Some(ErrorCode::MalformedXML));
    assert_eq!(code(read("<Mode>GOVERNANCE</Mode><Days>0</Days>")), Some(ErrorCode::InvalidRetentionPeriod));
    assert_eq!(code(read("<Mode>GOVERNANCE</Mode><Years>101</Years>")), Some(ErrorCode::InvalidRetentionPeriod));
    assert_eq!(code(read_object_lock(b"<ObjectLockConfiguration/>")), Some(ErrorCode::MalformedXML));
}

#[test]
fn a_lifecycle_rule_has_one_filter_and_something_to_do() {
    let read = |rule: &str| {
        read_lifecycle(format!("<LifecycleConfiguration><Rule>{rule}</Rule></LifecycleConfiguration>").as_bytes())
    };
    let rest = "<Status>Enabled</Status><Expiration><Days>1</Days></Expiration>";
    let rules = read(&format!("<Prefix>a/</Prefix>{rest}")).unwrap();
    assert_eq!((rules[0].id.as_str(), rules[0].expiration), ("rule-1", Some(Expiration::Days(1))));
    for (rule, expected) in [
        (rest.to_owned(), ErrorCode::MalformedXML),
        (format!("<Filter/><Prefix/>{rest}"), ErrorCode::MalformedXML),
        ("<Filter/><Status>Enabled</Status>".to_owned(), ErrorCode::InvalidRequest),
        (format!("<Filter/>{rest}<Transition/>"), ErrorCode::NotImplemented),
        ("<Filter/><Status>enabled</Status>".to_owned(), ErrorCode::MalformedXML),
        (
            "<Filter/><Status>Enabled</Status><Expiration><Days>0</Days></Expiration>".to_owned(),
            ErrorCode::InvalidArgument,
        ),
        (
            "<Filter/><Status>Enabled</Status><Expiration><Date>2030-01-01T01:00:00Z</Date></Expiration>".to_owned(),
            ErrorCode::InvalidArgument,
        ),
    ] {
        assert_eq!(code(read(&rule)), Some(expected), "{rule}");
    }
}

#[test]
fn two_lifecycle_rules_cannot_share_an_id() {
    let rule = "<Rule><ID>a</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>";
    let body = format!("<LifecycleConfiguration>{rule}{rule}</LifecycleConfiguration>");
    assert_eq!(code(read_lifecycle(body.as_bytes())), Some(ErrorCode::InvalidArgument));
}

#[test]
fn what_cannot_be_honoured_is_refused() {
    let encryption = |rule: &str| {
        let default = format!("<ApplyServerSideEncryptionByDefault>{rule}</ApplyServerSideEncryptionByDefault>");
        read_encryption(
            format!("<ServerSideEncryptionConfiguration><Rule>{default}</Rule></ServerSideEncryptionConfiguration>")
                .as_bytes(),
        )
    };
    assert_eq!(code(encryption("<SSEAlgorithm>AES256</SSEAlgorithm>")), None);
    assert_eq!(code(encryption("<SSEAlgorithm>aws:kms</SSEAlgorithm>")), Some(ErrorCode::NotImplemented));
    let versioning =
        |text: &str| read_versioning(format!("<VersioningConfiguration>{text}</VersioningConfiguration>").as_bytes());
    assert_eq!(versioning("<Status>Suspended</Status>").unwrap(), Versioning::Suspended);
    assert_eq!(code(versioning("<Status>Off</Status>")), Some(ErrorCode::MalformedXML));
    assert_eq!(code(versioning("")), Some(ErrorCode::IllegalVersioningConfigurationException));
    let second_factor = "<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>";
    assert_eq!(code(versioning(second_factor)), Some(ErrorCode::NotImplemented));
}

#[test]
fn cors_rules_and_tags_are_held_to_their_limits() {
    let cors = |rule: &str| {
        read_cors(format!("<CORSConfiguration><CORSRule>{rule}</CORSRule></CORSConfiguration>").as_bytes())
    };
    let origin = "<AllowedOrigin>*</AllowedOrigin>";
    assert_eq!(code(cors(&format!("{origin}<AllowedMethod>PATCH</AllowedMethod>"))), Some(ErrorCode::InvalidRequest));
    assert_eq!(code(cors(origin)), Some(ErrorCode::MalformedXML));
    let stars = "<AllowedOrigin>*.*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>";
    assert_eq!(code(cors(stars)), Some(ErrorCode::InvalidRequest));
    let tag = "<Tag><Key>a</Key><Value/></Tag>";
    let tags = |tags: &str| read_bucket_tags(format!("<Tagging><TagSet>{tags}</TagSet></Tagging>").as_bytes());
    assert_eq!(tags(tag).unwrap().len(), 1);
    assert_eq!(code(tags(&tag.repeat(2))), Some(ErrorCode::InvalidTag));
    assert_eq!(code(tags("<Tag><Key/><Value/></Tag>")), Some(ErrorCode::InvalidTag));
}

#[test]
fn an_ownership_is_one_of_three() {
    let read = |name: &str| {
        let rule = format!("<Rule><ObjectOwnership>{name}</ObjectOwnership></Rule>");
        read_ownership(format!("<OwnershipControls>{rule}</OwnershipControls>").as_bytes())
    };
    assert_eq!(read("ObjectWriter").unwrap(), ObjectOwnership::ObjectWriter);
    assert_eq!(code(read("Nobody")), Some(ErrorCode::MalformedXML));
}

#[test]
fn a_list_that_cannot_be_read_is_a_malformed_acl() {
    let read = |grant: &str| {
        let list = format!("<AccessControlList><Grant>{grant}</Grant></AccessControlList>");
        AccessControlPolicy::read(format!("<AccessControlPolicy>{list}</AccessControlPolicy>").as_bytes())
    };
    let mail = "<Grantee><EmailAddress>a@b</EmailAddress></Grantee><Permission>READ</Permission>";
    assert_eq!(code(read(mail)), Some(ErrorCode::UnresolvableGrantByEmailAddress));
    for grant in [
        "",
        "<Grantee><ID>a</ID></Grantee>",
        "<Grantee/><Permission>READ</Permission>",
        "<Grantee><ID>a</ID></Grantee><Permission>ALL</Permission>",
    ] {
        assert_eq!(code(read(grant)), Some(ErrorCode::MalformedACLError), "{grant}");
    }
    assert_eq!(code(AccessControlPolicy::read(b"<Acl/>")), Some(ErrorCode::MalformedACLError));
}
