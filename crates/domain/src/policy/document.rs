//! Reading a policy document from TOML.
