//! The program that `BROWSER` names in a test.

use crate::program::DEADLINE;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::unix::pipe;
use tokio::time::timeout;
use url::Url;

/// A `BROWSER` that passes on the address it is to open and keeps running as a browser does, until dropped.
pub struct Opener {
    /// The value for the variable.
    pub browser: String,
    addresses: BufReader<pipe::Receiver>,
    /// The opener exits when this is closed.
    _life: File,
    _folder: TempDir,
}

impl Opener {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (address, life, script) = (at("address"), at("life"), at("open.sh"));
        let made = Command::new("mkfifo")
            .args(["-m", "666"])
            .args([&address, &life])
            .status();
        assert!(made.unwrap().success());
        let [to, until] = [&address, &life].map(|path| path.display().to_string());
        let text = format!("exec 3<'{until}'; echo \"$$ $1\" > '{to}'; read _ <&3\n");
        fs::write(&script, text).unwrap();
        // A program that acts for another user opens it as that user.
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        // Open for writing too, so that neither ever ends.
        let [addresses, both] =
            [&address, &life].map(|path| File::options().read(true).write(true).open(path));
        let addresses = pipe::Receiver::from_file(addresses.unwrap());
        Self {
            browser: format!("sh {}", script.display()),
            addresses: BufReader::new(addresses.unwrap()),
            _life: both.unwrap(),
            _folder: folder,
        }
    }

    /// The address it was given.
    pub async fn opened(&mut self) -> Url {
        self.run().await.1
    }

    /// The address it was given, after its process ID.
    pub async fn run(&mut self) -> (u32, Url) {
        let mut line = String::new();
        let read = timeout(DEADLINE, self.addresses.read_line(&mut line)).await;
        read.expect("an address to open").unwrap();
        let (process, address) = line.trim().split_once(' ').unwrap();
        (process.parse().unwrap(), address.parse().unwrap())
    }
}
