//! The machine that the house stands on: it has a name, and nobody can look at its disks.

use std::net::{IpAddr, Ipv4Addr};

use async_trait::async_trait;
use keyward_service::{Space, ThisNode};

pub(crate) struct Machine;

#[async_trait]
impl ThisNode for Machine {
    fn name(&self) -> String {
        "house".to_owned()
    }

    fn address(&self) -> IpAddr {
        Ipv4Addr::LOCALHOST.into()
    }

    async fn space(&self) -> Result<Space, String> {
        Err("the disk does not answer".to_owned())
    }
}
