//! Sends one and the same request over and over: `load ADDRESS FILE CONNECTIONS SECONDS`, FILE with the request's bytes.
//!
//! A signature in a header holds for minutes, so the request is signed once and the client costs next to nothing. Prints
//! how many answers there were; any but 200 with a body of the announced length ends it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn main() {
    let given: Vec<String> = std::env::args().collect();
    let [_, address, file, connections, seconds] = given.as_slice() else {
        panic!("usage: load ADDRESS FILE CONNECTIONS SECONDS");
    };
    let request = std::fs::read(file).expect("the request");
    let length = Duration::from_secs_f64(seconds.parse().expect("a number of seconds"));
    let connections: usize = connections.parse().expect("a number of connections");
    let answers: u64 = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..connections).map(|_| scope.spawn(|| client(address, &request, length))).collect();
        clients.into_iter().map(|client| client.join().expect("a client that ends well")).sum()
    });
    println!("{answers}");
}

fn client(address: &str, request: &[u8], length: Duration) -> u64 {
    let mut stream = TcpStream::connect(address).expect("connects");
    stream.set_nodelay(true).expect("no delay");
    let (started, mut answers) = (Instant::now(), 0);
    let mut buffer = vec![0; 16 * 1024];
    while started.elapsed() < length {
        stream.write_all(request).expect("sends");
        read_answer(&mut stream, &mut buffer);
        answers += 1;
    }
    answers
}

fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let (mut filled, mut whole) = (0, None);
    while whole.is_none_or(|whole| filled < whole) {
        let read = stream.read(&mut buffer[filled..]).expect("reads");
        assert!(read > 0, "the server closed the connection");
        filled += read;
        whole = whole.or_else(|| whole_length(&buffer[..filled]));
    }
}

/// Head and body together, once the head is there.
fn whole_length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).expect("a head of text").to_ascii_lowercase();
    assert!(text.starts_with("http/1.1 200"), "{text}");
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    Some(head + length.trim().parse::<usize>().expect("a number"))
}
