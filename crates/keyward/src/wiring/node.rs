//! This machine, for clients that ask for nodes and for capacity.

use std::net::IpAddr;
use std::path::PathBuf;

use async_trait::async_trait;
use keyward_disk_space::{FileSystemGauge, Kind, Reserve, SpaceGauge};
use keyward_service::{Space, ThisNode};

/// The machine, as seen from the data directory.
pub(crate) struct Machine {
    pub(crate) data_dir: PathBuf,
    pub(crate) address: IpAddr,
}

#[async_trait]
impl ThisNode for Machine {
    fn name(&self) -> String {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    }

    fn address(&self) -> IpAddr {
        self.address
    }

    async fn space(&self) -> Result<Space, String> {
        let data_dir = self.data_dir.clone();
        // A network file system that hangs must not hold up anybody else.
        let asked = tokio::task::spawn_blocking(move || FileSystemGauge.read(&data_dir)).await;
        let found = asked.map_err(|cause| cause.to_string())?.map_err(|cause| cause.to_string())?;
        let reserved = Reserve::default().kept_from(Kind::Metadata, found.size);
        Ok(Space { total: found.size, free: found.free, reserved })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[tokio::test]
    async fn there_is_no_more_free_than_there_is() {
        let folder = tempfile::tempdir().expect("temp dir");
        let machine = Machine { data_dir: folder.path().to_owned(), address: Ipv4Addr::LOCALHOST.into() };
        let space = machine.space().await.expect("the folder is there");
        assert!(space.total > 0 && space.free <= space.total, "{space:?}");
        assert!(!machine.name().is_empty());
        let gone = Machine { data_dir: folder.path().join("gone"), ..machine };
        assert!(gone.space().await.is_err());
    }
}
