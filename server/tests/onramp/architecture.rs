//! Holds the source against the table of folders in `docs/ARCHITECTURE.md`: what may depend on what, and no circles.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility, visit::Visit};

/// Our crates: the name in a `use`, and where its source is.
const CRATES: &[(&str, &str)] = &[
    ("app", "app/src"),
    ("catena", "crates/catena/src"),
    ("contract", "crates/contract/src"),
    ("domain", "crates/domain/src"),
    ("platform", "crates/platform/src"),
    ("sandbox", "crates/sandbox/src"),
    ("server", "server/src"),
];

#[test]
fn every_use_points_where_the_table_allows() {
    let table = Table::read();
    let mut forbidden = Vec::new();
    for (file, uses) in source() {
        let Some(row) = table.row_of(&file) else {
            forbidden.push(format!("{file}: no row of the table covers it"));
            continue;
        };
        for target in uses {
            match table.row_of(&target) {
                Some(other) if other == row || table.allows(row, &target) => {}
                _ => forbidden.push(format!("{file} uses {target}, which the row of `{row}` doesn't allow")),
            }
        }
    }
    assert!(forbidden.is_empty(), "docs/ARCHITECTURE.md says otherwise:\n{}", forbidden.join("\n"));
}

#[test]
fn every_row_of_the_table_exists_and_allows_only_other_rows() {
    let table = Table::read();
    let missing: Vec<_> = table.0.iter().flat_map(|(row, may)| [row].into_iter().chain(may)).collect();
    let missing: Vec<_> = missing.into_iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "no such folder or file: {missing:?}");
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let circles = circles(&source());
    assert!(circles.is_empty(), "files that use each other in a circle:\n{circles:#?}");
}

#[test]
fn only_link_delivery_unseals_a_magic_link() {
    let opens = |text: &str| text.contains("open_text(Purpose::MagicLink") || text.contains("open(Purpose::MagicLink");
    let files =
        source().into_keys().filter(|file| file.starts_with("server/src") && !file.ends_with("security/vault.rs"));
    let opening: Vec<_> = files.filter(|file| opens(&fs::read_to_string(root().join(file)).unwrap())).collect();
    assert_eq!(opening, ["server/src/services/links/delivery.rs"]);
}

/// The rows of the table: a folder or file, and what it may depend on. A name covers everything below it.
struct Table(BTreeMap<String, BTreeSet<String>>);

impl Table {
    fn read() -> Self {
        let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
        let rows = text.lines().filter_map(|line| {
            let cells: Vec<&str> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
            let folder = cells.first()?.strip_prefix('`')?.strip_suffix('`')?;
            let names = cells.get(2)?.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            Some((folder.to_owned(), names))
        });
        let rows: BTreeMap<_, _> = rows.collect();
        assert!(rows.len() > 20, "the table of folders was not found");
        Self(rows)
    }

    /// The most specific row that covers a file.
    fn row_of(&self, file: &str) -> Option<&str> {
        self.0.keys().filter(|row| covers(row, file)).max_by_key(|row| row.len()).map(String::as_str)
    }

    fn allows(&self, row: &str, target: &str) -> bool {
        self.0[row].iter().any(|name| covers(name, target))
    }
}

fn covers(name: &str, file: &str) -> bool {
    file.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Every file of ours, with the files that it uses. Code for tests doesn't count.
fn source() -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for (name, src) in CRATES {
        let mut files = Vec::new();
        rust_files(&root().join(src), &mut files);
        for file in files {
            let path = file.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            if path.ends_with("tests.rs") {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
            let mut paths = Paths { own: (name, module_of(src, &path)), found: BTreeSet::new() };
            paths.visit_file(&syntax);
            let uses = paths.found.into_iter().filter_map(|path| file_of(&path)).filter(|target| *target != path);
            all.insert(path.clone(), uses.collect());
        }
    }
    all
}

/// The paths in a file that lead to our crates, as their segments: the crate, then modules, then items.
struct Paths<'a> {
    /// The crate and the module, inline modules included.
    own: (&'a str, Vec<String>),
    found: BTreeSet<Vec<String>>,
}

impl Paths<'_> {
    fn add(&mut self, segments: &[String]) {
        let (krate, module) = &self.own;
        let Some(first) = segments.first() else { return };
        let mut path = match first.as_str() {
            "crate" => vec![(*krate).to_owned()],
            "self" => [vec![(*krate).to_owned()], module.clone()].concat(),
            "super" => [vec![(*krate).to_owned()], module[..module.len().saturating_sub(1)].to_vec()].concat(),
            name if CRATES.iter().any(|(known, _)| *known == name) => vec![name.to_owned()],
            _ => return,
        };
        for segment in &segments[1..] {
            if segment == "super" {
                path.pop();
            } else {
                path.push(segment.clone());
            }
        }
        self.found.insert(path);
    }

    fn add_tree(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.add_tree(&path.tree, before);
                before.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_tree(tree, before)),
            UseTree::Name(name) => self.add(&[before.as_slice(), &[name.ident.to_string()]].concat()),
            UseTree::Rename(name) => self.add(&[before.as_slice(), &[name.ident.to_string()]].concat()),
            UseTree::Glob(_) => self.add(before),
        }
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Mod(ItemMod { attrs, .. }) | Item::Use(ItemUse { attrs, .. }) => attrs.as_slice(),
            Item::Fn(item) => item.attrs.as_slice(),
            Item::Impl(item) => item.attrs.as_slice(),
            _ => &[],
        };
        if !attributes.iter().any(is_for_tests) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.own.1.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.own.1.pop();
    }

    // What a module re-exports is its table of contents, not a use.
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if matches!(item.vis, Visibility::Public(_)) {
            return;
        }
        self.add_tree(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.add(&segments);
        }
        syn::visit::visit_path(self, path);
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|ident| ident == "test")
}

/// `server/src/web/router.rs` → `web`, `router`.
fn module_of(src: &str, file: &str) -> Vec<String> {
    let path = file.strip_prefix(src).unwrap().trim_start_matches('/').trim_end_matches(".rs");
    let mut module: Vec<String> = path.split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        module.pop();
    }
    module
}

/// The file in which a path ends: of its last module.
fn file_of(path: &[String]) -> Option<String> {
    let (_, src) = CRATES.iter().find(|(name, _)| *name == path[0])?;
    (0..path.len()).rev().find_map(|depth| {
        let module = [&[(*src).to_owned()], &path[1..=depth]].concat().join("/");
        let names = [format!("{module}.rs"), format!("{module}/mod.rs"), format!("{module}/lib.rs")];
        names.into_iter().find(|name| root().join(name).is_file())
    })
}

/// The groups of files in which each reaches each other.
fn circles(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reach: BTreeMap<&String, BTreeSet<&String>> = graph.keys().map(|file| (file, reachable(graph, file))).collect();
    let mut groups = BTreeSet::new();
    for file in graph.keys().filter(|file| reach[file].contains(file)) {
        let group: Vec<String> =
            reach[file].iter().filter(|other| reach[*other].contains(file)).map(|other| (*other).clone()).collect();
        groups.insert(group);
    }
    groups.into_iter().collect()
}

fn reachable<'a>(graph: &'a BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&String> = graph[from].iter().collect();
    while let Some(file) = waiting.pop() {
        if found.insert(file) {
            waiting.extend(graph.get(file).into_iter().flatten());
        }
    }
    found
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
    into.sort();
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
