//! `<AccessControlPolicy>`: an access control list as a document.

use keyward_identity::Permission;

use super::BODY_LIMIT;
use crate::acl_headers::Grantee;
use crate::error::{ErrorCode, S3Error};
use crate::owner::Owner;
use crate::xml::{Element, XmlWriter};

/// The most grants of one list.
const MOST_GRANTS: usize = 100;

/// Names the kind of a grantee, which stands in an attribute.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// One grant, as the document names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedGrant {
    /// Whom it is for.
    pub grantee: Grantee,
    /// What it allows.
    pub permission: Permission,
}

/// An access control list as the document has it: names are not looked up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessControlPolicy {
    /// The owner; none when the document does not name one.
    pub owner: Option<Owner>,
    /// The grants, in order.
    pub grants: Vec<NamedGrant>,
}

impl AccessControlPolicy {
    /// Reads the list that is asked for.
    ///
    /// # Errors
    /// `MalformedACLError` for what is no list or holds more than a hundred grants,
    /// `UnresolvableGrantByEmailAddress` for a grant by e-mail address.
    pub fn read(body: &[u8]) -> Result<Self, S3Error> {
        let malformed = |error: S3Error| match error.code() {
            ErrorCode::MalformedXML => S3Error::because(ErrorCode::MalformedACLError, error.reason().to_owned()),
            _ => error,
        };
        let root = Element::parse(body, "AccessControlPolicy", BODY_LIMIT).map_err(malformed)?;
        let owner = match root.child("Owner").map_err(malformed)? {
            None => None,
            Some(owner) => owner.child_text("ID").map_err(malformed)?.map(|id| Owner::named(id.trim())),
        };
        let list = root.child("AccessControlList").map_err(malformed)?;
        let grants = list.into_iter().flat_map(|list| list.children("Grant"));
        let grants = grants.map(|element| grant(element).map_err(malformed)).collect::<Result<Vec<_>, _>>()?;
        if grants.len() > MOST_GRANTS {
            let message = format!("An access control list holds at most {MOST_GRANTS} grants.");
            return Err(S3Error::because(ErrorCode::MalformedACLError, message));
        }
        Ok(Self { owner, grants })
    }

    /// The document.
    pub fn write(&self) -> Vec<u8> {
        XmlWriter::document("AccessControlPolicy", |xml| {
            if let Some(owner) = &self.owner {
                owner.write(xml, "Owner");
            }
            xml.element("AccessControlList", |xml| {
                for grant in &self.grants {
                    xml.element("Grant", |xml| grant.write(xml));
                }
            });
        })
    }
}

fn grant(element: &Element) -> Result<NamedGrant, S3Error> {
    let unreadable = || {
        let message = "A <Grant> has to hold a <Grantee> with <ID> or <URI>, and a <Permission>.";
        S3Error::because(ErrorCode::MalformedACLError, message)
    };
    let grantee = element.child("Grantee")?.ok_or_else(unreadable)?;
    let named = |name| Ok::<_, S3Error>(grantee.child_text(name)?.map(str::trim).filter(|text| !text.is_empty()));
    let grantee = match (named("ID")?, named("URI")?, named("EmailAddress")?) {
        (Some(id), None, _) => Grantee::Id(id.to_owned()),
        (None, Some(uri), _) => Grantee::Group(uri.to_owned()),
        (None, None, Some(_)) => return Err(ErrorCode::UnresolvableGrantByEmailAddress.into()),
        _ => return Err(unreadable()),
    };
    let permission = element.child_text("Permission")?.map(str::trim).and_then(Permission::named);
    Ok(NamedGrant { grantee, permission: permission.ok_or_else(unreadable)? })
}

impl NamedGrant {
    fn write(&self, xml: &mut XmlWriter) {
        let kind = match self.grantee {
            Grantee::Id(_) => "CanonicalUser",
            Grantee::Group(_) => "Group",
        };
        let attributes = [("xmlns:xsi", INSTANCE), ("xsi:type", kind)];
        xml.element_with("Grantee", &attributes, |xml| match &self.grantee {
            Grantee::Id(id) => {
                xml.text("ID", id);
                xml.text("DisplayName", id);
            }
            Grantee::Group(uri) => xml.text("URI", uri),
        });
        xml.text("Permission", self.permission.as_str());
    }
}
