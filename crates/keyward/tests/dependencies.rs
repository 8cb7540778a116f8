//! Holds the dependencies against `deny.toml`: licences, banned crates and sources. `cargo deny` reads the same file and
//! says more; this needs nothing but cargo.

use std::path::PathBuf;
use std::process::Command;

use spdx::{Expression, ParseMode};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rules() -> toml::Table {
    std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml").parse().expect("deny.toml is TOML")
}

/// What the build really holds, ours left out: name and version, licence. `cargo metadata` would also list what no
/// feature asks for.
fn dependencies() -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["tree", "--workspace", "--edges", "all", "--offline", "--locked", "--prefix", "none"])
        .args(["--format", "{p}|{l}"])
        .output()
        .expect("cargo tree");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut all: Vec<(String, String)> = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("keyward"))
        .filter_map(|line| line.split_once('|'))
        .map(|(package, licence)| (package.trim_end_matches(" (*)").to_owned(), licence.replace(" (*)", "")))
        .collect();
    all.sort();
    all.dedup();
    assert!(all.len() > 50, "a server is made of more than {} crates", all.len());
    all
}

#[test]
fn every_licence_is_one_of_those_allowed() {
    let rules = rules();
    let allowed: Vec<&str> =
        rules["licenses"]["allow"].as_array().expect("a list").iter().filter_map(|name| name.as_str()).collect();
    let refused: Vec<(String, String)> = dependencies()
        .into_iter()
        .filter(|(_, licence)| {
            let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else { return true };
            !expression.evaluate(|licence| allowed.contains(&licence.to_string().as_str()))
        })
        .collect();
    assert!(refused.is_empty(), "not allowed by deny.toml: {refused:#?}");
}

#[test]
fn no_banned_crate_is_in_the_graph() {
    let rules = rules();
    let banned: Vec<&str> = rules["bans"]["deny"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|entry| entry.get("crate")?.as_str())
        .collect();
    assert!(!banned.is_empty());
    let name = |package: &str| package.split(' ').next().unwrap_or_default().to_owned();
    let found: Vec<String> = dependencies()
        .iter()
        .map(|(package, _)| name(package))
        .filter(|name| banned.contains(&name.as_str()))
        .collect();
    assert!(found.is_empty(), "banned by deny.toml: {found:?}");
}

#[test]
fn everything_comes_from_the_one_registry() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    let elsewhere: Vec<&str> = lock
        .lines()
        .filter(|line| line.starts_with("source = "))
        .filter(|line| !line.contains("registry+https://github.com/rust-lang/crates.io-index"))
        .collect();
    assert!(elsewhere.is_empty(), "not from crates.io: {elsewhere:?}");
}
