//! The binary identifiers of Active Directory: GUIDs and SIDs.

/// The canonical text of a binary `objectGUID`, whose first three fields are little-endian (MS-DTYP 2.3.4.2).
pub(crate) fn object_guid(bytes: &[u8]) -> Option<String> {
    let [a, b, c, d, e, f, g, h, tail @ ..] = <[u8; 16]>::try_from(bytes).ok()?;
    let head = [d, c, b, a, f, e, h, g];
    let mut text = String::with_capacity(36);
    for (position, byte) in head.into_iter().chain(tail).enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    Some(text)
}

/// A security identifier as it stands in `objectSid` and `tokenGroups` (MS-DTYP 2.4.2.2): revision, number of
/// sub-authorities, six bytes of authority, then four bytes for each sub-authority, little-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sid(Vec<u8>);

impl Sid {
    /// `None` for bytes that are no SID.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let [1, count @ 1..=15, ..] = *bytes else { return None };
        (bytes.len() == 8 + 4 * usize::from(count)).then(|| Self(bytes.to_vec()))
    }

    /// The SID of another object of the same domain, whose last sub-authority is `relative_id`.
    pub(crate) fn sibling(&self, relative_id: u32) -> Self {
        let domain = &self.0[..self.0.len() - 4];
        Self([domain, &relative_id.to_le_bytes()].concat())
    }

    /// The value in a filter, every byte escaped (RFC 4515, 3).
    pub(crate) fn filter_value(&self) -> String {
        self.0.iter().map(|byte| format!("\\{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S-1-5-21-1-2-3-1106.
    const SID: [u8; 28] = [1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0x52, 4, 0, 0];

    #[test]
    fn a_guid_is_printed_as_windows_prints_it() {
        let bytes: [u8; 16] = std::array::from_fn(|n| n as u8);
        assert_eq!(object_guid(&bytes).as_deref(), Some("03020100-0504-0706-0809-0a0b0c0d0e0f"));
        assert_eq!(object_guid(&bytes[1..]), None);
    }

    #[test]
    fn a_sid_stands_in_a_filter_byte_by_byte() {
        let value = Sid::parse(&SID).unwrap().filter_value();
        assert!(value.starts_with(r"\01\05\00\00\00\00\00\05\15\00\00\00\01"), "{value}");
        assert!(value.ends_with(r"\52\04\00\00"), "{value}");
        assert!(ldap3::parse_filter(format!("(objectSid={value})")).is_ok());
    }

    #[test]
    fn the_primary_group_is_a_sibling_of_its_member() {
        let mut domain_users = SID;
        domain_users[24..].copy_from_slice(&[1, 2, 0, 0]);
        assert_eq!(Some(Sid::parse(&SID).unwrap().sibling(513)), Sid::parse(&domain_users));
    }

    #[test]
    fn other_bytes_are_no_sid() {
        let other_revision = [&[2], &SID[1..]].concat();
        for bytes in [&[][..], &[1], &[1, 0, 0, 0, 0, 0, 0, 5], &SID[..27], &[&SID[..], &[0]].concat(), &other_revision]
        {
            assert_eq!(Sid::parse(bytes), None, "{bytes:?}");
        }
    }
}
