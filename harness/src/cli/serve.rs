//! `serve`: the offline TestState over HTTP, until the process is ended.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::selection::folder_join;
use super::{ExitCode, Streams};
use crate::aws::serve::{ServeError, Server};

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// The port; 0 takes one that is free
    #[arg(long, value_name = "N", default_value_t = PORT)]
    port: u16,
    /// The address: only this computer may call
    #[arg(long, value_name = "ADDRESS", value_parser = host, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Writes the URL into a file as soon as requests are answered
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

/// The port of Step Functions Local, which answered no TestState.
const PORT: u16 = 8083;

pub(super) fn serve(args: &ServeArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let server = Server::bind(args.host, args.port).map_err(|error| failed(&error))?;
    let url = server.url();
    // Connections wait from now on, so whoever reads the line or the file can call.
    writeln!(streams.out, "{url}")?;
    streams.out.flush()?;
    if let Some(path) = &args.ready_file {
        let path = folder_join(&streams.folder, path);
        std::fs::write(&path, format!("{url}\n"))
            .map_err(|error| Failure::Usage(format!("failed to write {}: {error}", path.display())))?;
    }
    writeln!(
        streams.err,
        "answers TestState and ValidateStateMachineDefinition offline; Ctrl-C ends it\n\
         clients put `sync-` before the host unless AWS_DISABLE_HOST_PREFIX_INJECTION=true"
    )?;
    match server.run() {
        Ok(never) => match never {},
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &ServeError) -> Failure {
    Failure::Usage(error.to_string())
}

fn host(text: &str) -> Result<IpAddr, String> {
    let host = match text {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        address => address.parse::<IpAddr>(),
    };
    match host {
        Ok(host) if host.is_loopback() => Ok(host),
        _ => Err("only this computer may call, so it is 127.0.0.1, ::1 or localhost".to_owned()),
    }
}
