"""Bodies in signed chunks and with trailing checksums: nothing is stored unless every frame holds."""

import base64
import os
import zlib

import pytest

import s3
import sigv4
from sigv4 import SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER, Signer, put_stream

BUCKET = "framed"
BODY = os.urandom(150_000)


def crc32(data: bytes) -> str:
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def pieces(data: bytes, size: int = 65536) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)] + [b""]


def signed_frames(signer: Signer) -> bytes:
    return b"".join(signer.chunk(piece) for piece in pieces(BODY)) + b"\r\n"


@pytest.fixture(scope="module")
def owner(company):
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    person.s3(secret).create_bucket(Bucket=BUCKET)
    return person, secret


@pytest.fixture
def put(owner, keyward, request):
    """Sends one framed body under a key of the test's own name; gives the reply and what is stored afterwards."""
    person, secret = owner

    def send(kind, frames, decoded=len(BODY), **options):
        key = request.node.name.replace("[", "-").replace("]", "")
        signer = Signer(person.uid, options.pop("secret", secret))
        reply = put_stream(keyward.s3_url, signer, f"/{BUCKET}/{key}", kind, decoded, frames, **options)
        client = person.s3(secret)
        found = client.list_objects_v2(Bucket=BUCKET, Prefix=key).get("Contents", [])
        return reply, client.get_object(Bucket=BUCKET, Key=key)["Body"].read() if found else None

    return send


def test_our_own_signer_agrees_with_the_published_example():
    signer = Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", amz_date="20130524T000000Z")
    headers = {
        "Host": "s3.amazonaws.com",
        "x-amz-date": signer.amz_date,
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": SIGNED,
        "Content-Encoding": "aws-chunked",
        "x-amz-decoded-content-length": "66560",
        "Content-Length": "66824",
    }
    signed = signer.authorization("PUT", "/examplebucket/chunkObject.txt", headers)
    assert signed.endswith("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
    assert b"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648" in signer.chunk(b"a" * 65536)
    assert b"0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497" in signer.chunk(b"a" * 1024)
    assert b"b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9" in signer.chunk(b"")


def test_signed_chunks_are_stored_without_their_frames(put):
    reply, stored = put(SIGNED, signed_frames)
    assert reply.status == 200, reply.body
    assert stored == BODY


def test_an_empty_body_in_one_last_chunk_is_an_empty_object(put):
    reply, stored = put(SIGNED, lambda signer: signer.chunk(b"") + b"\r\n", decoded=0)
    assert (reply.status, stored) == (200, b"")


def test_the_framing_is_no_part_of_the_stored_content_encoding(put, owner):
    reply, _ = put(SIGNED, signed_frames, extra={"Content-Encoding": "aws-chunked,gzip"})
    assert reply.status == 200, reply.body
    person, secret = owner
    key = "test_the_framing_is_no_part_of_the_stored_content_encoding"
    assert person.s3(secret).head_object(Bucket=BUCKET, Key=key)["ContentEncoding"] == "gzip"


def flipped(signer):
    body = bytearray(signed_frames(signer))
    body[100_000] ^= 1
    return bytes(body)


def cut_short(signer):
    return b"".join(signer.chunk(piece) for piece in pieces(BODY)[:-1])


def swapped(signer):
    first, second, *rest = [signer.chunk(piece) for piece in pieces(BODY)]
    return b"".join([second, first, *rest]) + b"\r\n"


def unsigned(signer):
    return b"".join(sigv4.unsigned_chunk(piece) for piece in pieces(BODY)) + b"\r\n"


@pytest.mark.parametrize("frames", [flipped, swapped])
def test_a_chunk_that_does_not_match_its_signature_is_403_and_stores_nothing(put, frames):
    reply, stored = put(SIGNED, frames)
    assert reply.status == 403 and b"SignatureDoesNotMatch" in reply.body, reply.body
    assert stored is None


@pytest.mark.parametrize("frames", [cut_short, unsigned])
def test_a_body_whose_frames_are_not_whole_is_refused_and_stores_nothing(put, frames):
    reply, stored = put(SIGNED, frames)
    assert reply.status in (400, 403), reply.body
    assert stored is None


@pytest.mark.parametrize("decoded", [len(BODY) - 1, len(BODY) + 1])
def test_a_declared_length_that_differs_from_the_body_is_refused_and_stores_nothing(put, decoded):
    reply, stored = put(SIGNED, signed_frames, decoded=decoded)
    assert reply.status == 400, reply.body
    assert stored is None


def test_chunks_signed_with_a_wrong_secret_are_refused_and_store_nothing(put):
    reply, stored = put(SIGNED, signed_frames, secret="wrong" * 8)
    assert reply.status == 403 and b"SignatureDoesNotMatch" in reply.body, reply.body
    assert stored is None


def with_signed_trailer(checksum: str, spoil=lambda trailer: trailer):
    def frames(signer):
        body = b"".join(signer.chunk(piece) for piece in pieces(BODY))
        return body + spoil(signer.trailer("x-amz-checksum-crc32", checksum))

    return frames


def with_unsigned_trailer(checksum: str):
    body = b"".join(sigv4.unsigned_chunk(piece) for piece in pieces(BODY))
    return lambda signer: body + f"x-amz-checksum-crc32:{checksum}\r\n\r\n".encode()


TRAILERS = [(SIGNED_TRAILER, with_signed_trailer), (UNSIGNED_TRAILER, with_unsigned_trailer)]


@pytest.mark.parametrize(("kind", "frames"), TRAILERS, ids=["signed", "unsigned"])
def test_a_trailing_checksum_that_holds_is_kept_with_the_object(put, kind, frames):
    reply, stored = put(kind, frames(crc32(BODY)), trailer="x-amz-checksum-crc32")
    assert reply.status == 200, reply.body
    assert stored == BODY


@pytest.mark.parametrize(("kind", "frames"), TRAILERS, ids=["signed", "unsigned"])
def test_a_trailing_checksum_that_does_not_hold_is_400_and_stores_nothing(put, kind, frames):
    reply, stored = put(kind, frames(crc32(BODY + b"!")), trailer="x-amz-checksum-crc32")
    assert reply.status == 400, reply.body
    assert stored is None


def test_a_trailer_that_was_changed_after_signing_is_403_and_stores_nothing(put):
    frames = with_signed_trailer(crc32(b"other"), lambda made: made.replace(crc32(b"other").encode(), crc32(BODY).encode()))
    reply, stored = put(SIGNED_TRAILER, frames, trailer="x-amz-checksum-crc32")
    assert reply.status == 403, reply.body
    assert stored is None


def test_an_announced_trailer_that_never_comes_is_refused_and_stores_nothing(put):
    reply, stored = put(UNSIGNED_TRAILER, unsigned, trailer="x-amz-checksum-crc32")
    assert reply.status == 400, reply.body
    assert stored is None


def test_a_literal_digest_that_is_not_the_bodys_is_refused_and_stores_nothing(owner, keyward):
    person, secret = owner
    client, path = person.s3(secret), f"/{BUCKET}/digest"
    signer = Signer(person.uid, secret)
    host = keyward.s3_plain
    headers = {"Host": host, "x-amz-date": signer.amz_date, "x-amz-content-sha256": sigv4.EMPTY}
    headers["Authorization"] = signer.authorization("PUT", path, headers)
    reply = sigv4.send(keyward.s3_url, "PUT", path, headers | {"Content-Length": "5"}, b"hello")
    assert reply.status == 400 and b"XAmzContentSHA256Mismatch" in reply.body, reply.body
    with s3.refused("404"):
        client.head_object(Bucket=BUCKET, Key="digest")
