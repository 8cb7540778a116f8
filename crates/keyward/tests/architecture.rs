//! Compares the edges between our crates with the table in `ARCHITECTURE.md`, in both directions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use cargo_metadata::{DependencyKind, MetadataCommand};

type Edges = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn short(package: &str) -> String {
    package.strip_prefix("keyward-").unwrap_or(package).to_owned()
}

fn edges_in_cargo() -> Edges {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .expect("cargo metadata");
    let ours: BTreeSet<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    metadata
        .packages
        .iter()
        .map(|package| {
            let targets = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind == DependencyKind::Normal && ours.contains(&dependency.name))
                .map(|dependency| short(&dependency.name))
                .collect();
            (short(&package.name), targets)
        })
        .collect()
}

fn edges_in_document() -> Edges {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let table = text
        .split_once("<!-- edges:begin -->")
        .and_then(|(_, rest)| rest.split_once("<!-- edges:end -->"))
        .expect("the table stands between its marks")
        .0;
    table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let mut names = line.split('`').skip(1).step_by(2).map(str::to_owned);
            (names.next().expect("a crate"), names.collect())
        })
        .collect()
}

#[test]
fn the_edge_table_is_what_cargo_says() {
    let (documented, actual) = (edges_in_document(), edges_in_cargo());
    let rows: Vec<String> = actual
        .iter()
        .map(|(name, targets)| {
            let targets = targets.iter().map(|target| format!("`{target}`")).collect::<Vec<_>>().join(", ");
            format!("| `{name}` | {targets} |")
        })
        .collect();
    assert_eq!(documented, actual, "if the new edges are meant, the table becomes:\n{}", rows.join("\n"));
}

#[test]
fn every_crate_has_a_row_in_the_crate_table() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let missing: Vec<String> = edges_in_cargo()
        .into_keys()
        .filter(|name| {
            !text.lines().any(|line| line.starts_with(&format!("| `{name}` | ")) && line.matches('|').count() == 4)
        })
        .collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
}

#[test]
fn rules_depend_on_rules_only() {
    let edges = edges_in_cargo();
    let rules = ["ambient", "keyring", "identity", "policy", "signature", "ecs-wire", "s3-wire"];
    for name in rules {
        let foreign: Vec<&String> = edges[name].iter().filter(|target| !rules.contains(&target.as_str())).collect();
        assert!(foreign.is_empty(), "{name} is a rule and depends on {foreign:?}");
    }
}

/// The binary, and the program that counts its instructions, which is put together from the binary's own modules.
const ASSEMBLE: [&str; 2] = ["keyward", "instructions"];

#[test]
fn adapters_are_known_only_to_what_assembles_a_server() {
    let adapters = ["sealing", "store-sqlite", "login-local", "login-ldap", "objects-local"];
    for (name, targets) in edges_in_cargo().into_iter().filter(|(name, _)| !ASSEMBLE.contains(&name.as_str())) {
        let seen: Vec<&String> = targets.iter().filter(|target| adapters.contains(&target.as_str())).collect();
        assert!(seen.is_empty(), "{name} knows the adapters {seen:?}");
    }
}
