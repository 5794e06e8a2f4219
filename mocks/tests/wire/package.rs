//! What a package of this crate carries.

#[test]
fn the_licenses_go_along() {
    assert!(include_str!("../../LICENSE-APACHE").contains("Apache License"));
    assert!(include_str!("../../LICENSE-MIT").contains("Permission is hereby granted, free of charge"));
}
