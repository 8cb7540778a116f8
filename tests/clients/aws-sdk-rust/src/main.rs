//! One S3 request as the AWS SDK for Rust signs it: `s3-client FORM`, with what it needs in its environment.
//!
//! Writes an object and reads it back, or prints a presigned URL. `keys` puts, reads, copies, lists and deletes an object
//! under each key on standard input; keys end with a NUL there and on standard output. A refusal is its S3 error code on
//! standard output and the exit code 1.

mod keys;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region, RequestChecksumCalculation};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;

fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is missing"))
}

fn client(checksums: RequestChecksumCalculation) -> Client {
    let credentials = Credentials::new(given("ACCESS_KEY_ID"), given("SECRET_KEY"), None, None, "environment");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(given("S3_URL"))
        .credentials_provider(credentials)
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
        .request_checksum_calculation(checksums)
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

fn refused(error: &impl ProvideErrorMetadata) -> ExitCode {
    println!("{}", error.code().unwrap_or("no code"));
    ExitCode::FAILURE
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let form = std::env::args().nth(1).unwrap_or_default();
    let checksums = match form.as_str() {
        "trailer" => RequestChecksumCalculation::WhenSupported,
        _ => RequestChecksumCalculation::WhenRequired,
    };
    let (client, bucket, text) = (client(checksums), given("BUCKET"), given("TEXT"));
    if form == "keys" {
        return match keys::walk(&client, &bucket, &given("OTHER_BUCKET"), &text).await {
            Ok(copies) => {
                copies.iter().for_each(|key| print!("{key}\0"));
                ExitCode::SUCCESS
            }
            Err(error) => refused(&error),
        };
    }
    let key = given("KEY");
    let put = client.put_object().bucket(&bucket).key(&key);
    let sent = match form.as_str() {
        "header" => put.body(ByteStream::from(text.clone().into_bytes())).send().await,
        "trailer" => {
            // A file is a stream to the SDK, so that the checksum follows it.
            let body = ByteStream::from_path(Path::new(&given("FILE"))).await.expect("the file opens");
            put.body(body).checksum_algorithm(ChecksumAlgorithm::Crc32C).send().await
        }
        "presigned" => {
            let life = PresigningConfig::expires_in(Duration::from_secs(60)).expect("a life");
            let get = client.get_object().bucket(&bucket).key(&key).presigned(life).await.expect("signs");
            println!("{}", get.uri());
            return ExitCode::SUCCESS;
        }
        other => panic!("{other} is no form that this client knows"),
    };
    if let Err(error) = sent {
        return refused(&error);
    }
    match client.get_object().bucket(&bucket).key(&key).send().await {
        Err(error) => refused(&error),
        Ok(read) => {
            let read = read.body.collect().await.expect("a whole body").into_bytes();
            assert_eq!(read, text.as_bytes());
            ExitCode::SUCCESS
        }
    }
}
