//! The base URLs as S3 addressing wants them, made anew when the configured ones change.

use std::sync::Arc;

use arc_swap::ArcSwap;
use keyward_identity::BaseUrl;
use keyward_s3_wire::BaseUrls;
use keyward_service::Service;

#[derive(Default)]
pub(crate) struct Addressing {
    made: ArcSwap<Made>,
}

#[derive(Default)]
struct Made {
    configured: Arc<Vec<BaseUrl>>,
    base_urls: Arc<BaseUrls>,
}

impl Addressing {
    pub(crate) fn current(&self, service: &Service) -> Arc<BaseUrls> {
        let configured = service.base_urls();
        let made = self.made.load();
        if Arc::ptr_eq(&made.configured, &configured) {
            return Arc::clone(&made.base_urls);
        }
        let mut base_urls = BaseUrls::none();
        for base_url in configured.iter() {
            if let Err(cause) = base_urls.add(&base_url.base_url, base_url.namespace_in_host) {
                tracing::warn!(name = base_url.name, %cause, "a base URL cannot be used");
            }
        }
        let base_urls = Arc::new(base_urls);
        self.made.store(Arc::new(Made { configured, base_urls: Arc::clone(&base_urls) }));
        base_urls
    }
}
