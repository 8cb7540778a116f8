//! Holds the dependencies against `deny.toml`: licences, banned crates and sources. `cargo deny` reads the same file and
//! says more; this needs nothing but cargo.

use std::path::PathBuf;

use cargo_metadata::{Metadata, MetadataCommand, Package};
use spdx::{Expression, ParseMode};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rules() -> toml::Table {
    std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml").parse().expect("deny.toml is TOML")
}

fn metadata() -> Metadata {
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml"));
    let options = ["--offline", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"];
    command.other_options(options.map(str::to_owned).to_vec());
    command.exec().expect("cargo metadata")
}

/// The packages that the build graph really holds, without ours.
fn foreign(metadata: &Metadata) -> Vec<&Package> {
    let used = &metadata.resolve.as_ref().expect("a resolved graph").nodes;
    let is_used = |package: &Package| used.iter().any(|node| node.id == package.id);
    metadata.packages.iter().filter(|package| package.source.is_some() && is_used(package)).collect()
}

#[test]
fn every_licence_is_one_of_those_allowed() {
    let rules = rules();
    let allowed: Vec<&str> =
        rules["licenses"]["allow"].as_array().expect("a list").iter().filter_map(|name| name.as_str()).collect();
    let metadata = metadata();
    let refused: Vec<String> = foreign(&metadata)
        .into_iter()
        .filter(|package| {
            let expression = package.license.as_deref().unwrap_or_default();
            let Ok(expression) = Expression::parse_mode(expression, ParseMode::LAX) else { return true };
            !expression.evaluate(|licence| allowed.contains(&licence.to_string().as_str()))
        })
        .map(|package| format!("{} {}: {:?}", package.name, package.version, package.license))
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
    let metadata = metadata();
    let found: Vec<String> = foreign(&metadata)
        .into_iter()
        .filter(|package| banned.contains(&package.name.as_str()))
        .map(|package| package.name.to_string())
        .collect();
    assert!(found.is_empty(), "banned by deny.toml: {found:?}");
}

#[test]
fn everything_comes_from_the_one_registry() {
    let metadata = metadata();
    let elsewhere: Vec<String> = foreign(&metadata)
        .into_iter()
        .filter(|package| !package.source.as_ref().is_some_and(|source| source.is_crates_io()))
        .map(|package| package.name.to_string())
        .collect();
    assert!(elsewhere.is_empty(), "not from crates.io: {elsewhere:?}");
}
