//! The life of a server: open, listen, say so, serve until told to stop, drain.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use http::Request;
use keyward_ambient::{Clock, Entropy, SystemClock, SystemEntropy};
use keyward_listener::{Limits, Port, RequestBody, TrustedProxies};
use keyward_management_api::{AllowedOrigins, ManagementApi, Options, Responding};
use keyward_s3_endpoint::{AccessLog, AccessLogFile};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::assemble::Assembly;
use crate::banner::Banner;
use crate::config::{Environment, Settings};
use crate::data_dir::DataDir;
use crate::start_error::StartError;
use crate::tls::TlsIdentity;
use crate::{audit_trail, ended_secrets, key_usage, lifecycle, logging, metrics_token, open_files, upkeep, web_front};

/// Runs the server until SIGTERM or SIGINT.
pub(crate) async fn run(
    config_file: Option<PathBuf>,
    flags: BTreeMap<&'static str, String>,
    environment: &Environment,
) -> Result<(), StartError> {
    let settings = Settings::read(config_file, flags, environment)?;
    logging::start(&settings);
    let metrics = record_metrics();
    let data_dir = DataDir::open(&settings.data_dir)?;
    let tls = tls_identity(&settings, &data_dir)?;
    let (tls_config, certificate) = tls.server_config(Arc::new(SystemClock))?;
    let (scrape_tokens, tokens_read) = watch::channel(metrics_token::open(settings.metrics_token_file.as_deref())?);
    // Addresses first: a port that is taken is found out before anything is made or changed.
    let listeners = Listeners::bind(&settings)?;
    let (access_log, access_records) = open_access_log(&settings)?;
    let ambient: (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let assembly = Assembly::open(&settings, environment, &data_dir, access_records, ambient).await?;

    let (stop, stopped) = watch::channel(false);
    let (taking_work, takes_work) = watch::channel(true);
    let mut tasks = JoinSet::new();
    tasks.spawn(lifecycle::run(
        Arc::clone(&assembly.objects),
        Arc::clone(&assembly.store),
        Arc::clone(&assembly.clock),
    ));
    tasks.spawn(upkeep::run(Arc::clone(&assembly.service), Arc::clone(&assembly.store), Arc::clone(&assembly.clock)));
    tasks.spawn(audit_trail::keep(
        Arc::clone(&assembly.service),
        Arc::clone(&assembly.store),
        Arc::clone(&assembly.clock),
        settings.audit_kept,
    ));
    tasks.spawn(ended_secrets::erase(
        Arc::clone(&assembly.service),
        Arc::clone(&assembly.store),
        Arc::clone(&assembly.clock),
    ));
    tasks.spawn(assembly.rewrap.clone().run());
    tasks.spawn(key_usage::keep(Arc::clone(&assembly.service), Arc::clone(&assembly.clock)));
    tasks.spawn(certificate.watch_dates());
    tasks.spawn(metrics_token::follow(settings.metrics_token_file.clone(), scrape_tokens, Arc::clone(&assembly.clock)));
    let api = ManagementApi::new(
        Arc::clone(&assembly.service),
        Options {
            trusted_proxies: TrustedProxies::new(settings.trusted_proxies.clone()),
            cross_origin: AllowedOrigins::new(settings.cors_origins.clone()),
            taking_work: takes_work,
            metrics,
            scrape_tokens: tokens_read,
            refuse_s3: web_front::refuse_s3(&settings, &assembly),
        },
    );
    show_banner(&settings, &listeners, &data_dir, &tls, &assembly);
    let management = web_front::endpoint(api, web_front::portal(&settings, &assembly));
    let served = listeners.serve(&settings, &assembly, management, &tls_config, stopped);
    let mut signals = Signals::new()?;
    let serving = tokio::spawn(served);
    signals.wait(|| access_log.iter().for_each(AccessLogFile::reopen)).await;
    tracing::info!("stopping: requests in flight may finish");
    // Nobody is left to listen only if serving has ended by itself, which is what stopping asks for.
    let _ = taking_work.send(false);
    let _ = stop.send(true);
    let _ = serving.await;
    tasks.shutdown().await;
    key_usage::write(&assembly.service).await;
    audit_trail::close(&assembly.service, &*assembly.store).await;
    drop(access_log);
    tracing::info!("stopped");
    Ok(())
}

/// The sockets, bound.
struct Listeners {
    management: TcpListener,
    s3: Option<TcpListener>,
    s3_tls: Option<TcpListener>,
}

impl Listeners {
    fn bind(settings: &Settings) -> Result<Self, StartError> {
        Ok(Self {
            management: listen(settings.management_address)?,
            s3: settings.s3_address.map(listen).transpose()?,
            s3_tls: settings.s3_tls_address.map(listen).transpose()?,
        })
    }

    /// Serves all of them until `stopped`; the future ends when the last has drained.
    fn serve<F>(
        self,
        settings: &Settings,
        assembly: &Assembly,
        management: F,
        tls: &Arc<ServerConfig>,
        stopped: watch::Receiver<bool>,
    ) -> impl Future<Output = ()> + Send + use<F>
    where
        F: Fn(Request<RequestBody>) -> Responding + Clone + Send + Sync + 'static,
    {
        let port = Port {
            tls: Some(Arc::clone(tls)),
            limits: Limits { connections: open_files::room_for_connections(), ..Limits::default() },
            refuse: Some(Arc::new(web_front::refuse)),
            trusted_proxies: TrustedProxies::new(settings.trusted_proxies.clone()),
        };
        let mut fronts = JoinSet::new();
        fronts.spawn(keyward_listener::serve(self.management, port.clone(), management, stopped.clone()));
        for (listener, tls) in [(self.s3, None), (self.s3_tls, Some(Arc::clone(tls)))] {
            let Some(listener) = listener else { continue };
            let endpoint = assembly.endpoint.clone();
            let answer = move |request| endpoint.clone().handle(request);
            let refusing = assembly.endpoint.clone();
            let port = Port { tls, refuse: Some(Arc::new(move |refusal| refusing.refuse(refusal))), ..port.clone() };
            fronts.spawn(keyward_listener::serve(listener, port, answer, stopped.clone()));
        }
        async move { while fronts.join_next().await.is_some() {} }
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    keyward_listener::listen(address).map_err(|cause| StartError::Listen { address, cause })
}

fn open_access_log(settings: &Settings) -> Result<(Option<AccessLogFile>, Option<AccessLog>), StartError> {
    let Some(wanted) = settings.access_log.clone() else { return Ok((None, None)) };
    let path = wanted.path.clone();
    let (file, log) = AccessLogFile::open(wanted).map_err(|cause| StartError::AccessLog { path, cause })?;
    Ok((Some(file), Some(log)))
}

/// The two signals that end a server, and the one that has it open its access log anew.
struct Signals {
    hang_up: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, StartError> {
        Ok(Self {
            hang_up: signal(SignalKind::hangup()).map_err(StartError::Signals)?,
            terminate: signal(SignalKind::terminate()).map_err(StartError::Signals)?,
            interrupt: signal(SignalKind::interrupt()).map_err(StartError::Signals)?,
        })
    }

    /// Waits for the end, and does `on_hang_up` whenever a terminal or an operator hangs up.
    async fn wait(&mut self, on_hang_up: impl Fn()) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => on_hang_up(),
            }
        }
    }
}

fn record_metrics() -> PrometheusHandle {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    // A second recorder cannot be there: this runs once.
    let _ = metrics::set_global_recorder(recorder);
    handle
}

fn tls_identity(settings: &Settings, data_dir: &DataDir) -> Result<TlsIdentity, StartError> {
    match &settings.tls {
        Some((certificate, key)) => Ok(TlsIdentity::given(certificate.clone(), key.clone())),
        None => {
            let addresses = [Some(settings.management_address), settings.s3_tls_address];
            let names: Vec<_> = addresses.into_iter().flatten().map(|address| address.ip()).collect();
            Ok(TlsIdentity::self_signed(data_dir, &names)?)
        }
    }
}

fn show_banner(settings: &Settings, listeners: &Listeners, data_dir: &DataDir, tls: &TlsIdentity, assembly: &Assembly) {
    let bound = |listener: &TcpListener| listener.local_addr().ok();
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("keyward"));
    let banner = Banner {
        management: bound(&listeners.management).unwrap_or(settings.management_address),
        s3: listeners.s3.as_ref().and_then(bound),
        s3_tls: listeners.s3_tls.as_ref().and_then(bound),
        data_dir: data_dir.path(),
        certificate: tls.certificate(),
        root_password: assembly.root_password.as_deref(),
        local_domain: settings.local_domains.first().map(String::as_str),
        program: &program,
    };
    // Nobody may be there to read it, and the disk that standard output goes to may be full.
    let _ = writeln!(std::io::stdout(), "{}", banner.text());
}
