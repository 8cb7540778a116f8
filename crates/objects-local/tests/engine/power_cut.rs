//! A power cut while objects are written. A killed process proves nothing about syncing, so a file system of its own is
//! shut down without flushing its journal.
//!
//! Run as root, with ext4, loop devices and python3: `cargo test -p keyward-objects-local -- --ignored power_cut`

use std::path::Path;
use std::process::Command;

use crate::kill::{holds_what_was_acknowledged, write_until};

fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status().unwrap();
    assert!(status.success(), "{program} {arguments:?}: {status}");
}

/// `EXT4_IOC_SHUTDOWN` without flushing the log.
fn cut_power(mount: &Path) {
    let call =
        "import fcntl,os,struct,sys; fcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY),0x8004587D,struct.pack('I',2))";
    run("python3", &["-c", call, mount.to_str().unwrap()]);
}

struct Mounted<'p>(&'p Path);

impl<'p> Mounted<'p> {
    fn new(image: &Path, at: &'p Path) -> Self {
        run("mount", &["-o", "loop", image.to_str().unwrap(), at.to_str().unwrap()]);
        Self(at)
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        run("umount", &[self.0.to_str().unwrap()]);
    }
}

#[tokio::test]
#[ignore = "needs root and loop devices"]
async fn nothing_acknowledged_is_lost_by_a_power_cut() {
    for most in [40, 173, 400, 1000] {
        let home = tempfile::tempdir().unwrap();
        let (image, mount) = (home.path().join("image"), home.path().join("mount"));
        std::fs::create_dir(&mount).unwrap();
        std::fs::File::create(&image).unwrap().set_len(512 << 20).unwrap();
        run("mkfs.ext4", &["-q", "-F", image.to_str().unwrap()]);
        let last = {
            let mounted = Mounted::new(&image, &mount);
            let store = mounted.0.join("store");
            write_until(&store, most, |child| {
                cut_power(&mount);
                child.kill().unwrap();
            })
            .await
        };
        let mounted = Mounted::new(&image, &mount);
        holds_what_was_acknowledged(&mounted.0.join("store"), &last).await;
    }
}
