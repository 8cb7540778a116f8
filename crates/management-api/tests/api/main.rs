//! The API as its clients see it, in process: a service over a real store, and a clock that stands still.

mod audit;
mod bad_input;
mod browsers;
mod bucket_settings;
mod buckets;
mod description;
mod limits_and_site;
mod office;
mod own_calls;
mod self_service;
mod sessions;
mod surroundings;
mod users_and_namespaces;
mod walls;
mod who_may_call_what;
