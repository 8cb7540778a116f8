"""Web applications that let people upload from a browser to a bucket: by script and by form, in a real Chromium."""

import hashlib
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

import s3
from browser import PATIENCE, chromium
from company import unique
from other_site import OtherSite
from sigv4 import Signer

NAME = "Grüße + 100%.txt"
TEXT = "written in a page\n"


@pytest.fixture(scope="module")
def sites(authority):
    certificate = authority.server("web-application")
    application, stranger = OtherSite(certificate), OtherSite(certificate)
    yield application.origin, stranger.origin
    application.close()
    stranger.close()


@pytest.fixture(scope="module")
def keys(company):
    person = company.hire()
    return person.uid, person.login().new_key().expect(200).field("secret_key")


@pytest.fixture(scope="module")
def client(keyward, keys):
    return s3.client(keyward.s3_tls_url, *keys, signature_version="s3v4")


@pytest.fixture
def bucket(client, sites) -> str:
    name = unique("uploads-")
    client.create_bucket(Bucket=name)
    rule = {"AllowedOrigins": [sites[0]], "AllowedMethods": ["GET", "PUT", "POST"], "AllowedHeaders": ["*"]}
    rule |= {"ExposeHeaders": ["ETag", "x-amz-meta-note"], "MaxAgeSeconds": 60}
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [rule]})
    return name


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    driver = chromium(tmp_path_factory.mktemp("browser"))
    yield driver
    driver.quit()


FETCH = """
    const [url, options, form, done] = arguments;
    if (form) {
      options.body = new FormData();
      for (const [name, value] of Object.entries(form)) options.body.append(name, value);
      options.body.append('file', new File([options.text], options.name));
    }
    fetch(url, options).then(
      async answer => done({status: answer.status, body: await answer.text(), headers: Object.fromEntries(answer.headers)}),
      error => done({failed: String(error)}));"""


def fetched(driver, url: str, form: dict | None = None, **options) -> dict:
    """What a script of the page that is open is told."""
    return driver.execute_async_script(FETCH, url, options, form)


def stored(client, bucket: str) -> dict[str, str]:
    names = [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {name: client.get_object(Bucket=bucket, Key=name)["Body"].read().decode() for name in names}


def link(client, operation: str, bucket: str, key: str = NAME, **more) -> str:
    return client.generate_presigned_url(operation, {"Bucket": bucket, "Key": key} | more, ExpiresIn=60)


def test_a_script_of_the_application_puts_and_reads_by_links(driver, client, sites, bucket):
    driver.get(sites[0])
    headers = {"Content-Type": "text/x-note", "x-amz-meta-note": "from a page"}
    put = link(client, "put_object", bucket, ContentType="text/x-note", Metadata={"note": "from a page"})
    told = fetched(driver, put, method="PUT", body=TEXT, headers=headers)
    assert told["status"] == 200, told
    assert told["headers"]["etag"] == f'"{hashlib.md5(TEXT.encode()).hexdigest()}"'
    assert stored(client, bucket) == {NAME: TEXT}
    read = fetched(driver, link(client, "get_object", bucket))
    assert (read["status"], read["body"], read["headers"]["x-amz-meta-note"]) == (200, TEXT, "from a page")
    missing = fetched(driver, link(client, "get_object", bucket, "missing"))
    assert missing["status"] == 404 and "NoSuchKey" in missing["body"], "errors are readable as well"


def test_a_script_that_signs_for_itself_is_let_through(driver, client, keyward, keys, sites, bucket):
    driver.get(sites[0])
    signer, path = Signer(*keys), f"/{bucket}/signed"
    headers = {"host": keyward.s3_tls, "x-amz-date": signer.amz_date, "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    headers["authorization"] = signer.authorization("PUT", path, headers)
    del headers["host"]  # which is the browser's to set
    told = fetched(driver, keyward.s3_tls_url + path, method="PUT", body=TEXT, headers=headers)
    assert told["status"] == 200, told
    assert stored(client, bucket) == {"signed": TEXT}


SDK = Path(__file__).parents[1] / "clients" / "aws-sdk-js"

USE = """
    const [endpoint, accessKeyId, secretAccessKey, Bucket, Body, done] = arguments;
    const credentials = {accessKeyId, secretAccessKey};
    const client = new sdk.S3Client({endpoint, credentials, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1});
    const told = {};
    (async () => {
      await client.send(new sdk.PutObjectCommand({Bucket, Key: 'of a page', Body, Metadata: {note: 'n'}}));
      const read = await client.send(new sdk.GetObjectCommand({Bucket, Key: 'of a page'}));
      told.body = await read.Body.transformToString();
      told.keys = (await client.send(new sdk.ListObjectsV2Command({Bucket}))).Contents.map(entry => entry.Key);
      await client.send(new sdk.DeleteObjectCommand({Bucket, Key: 'of a page'}));
      await client.send(new sdk.GetObjectCommand({Bucket, Key: 'of a page'}));
    })().then(() => done(told), error => done({...told, error: error.name}));"""


@pytest.fixture(scope="module")
def sdk(tmp_path_factory) -> str:
    """The AWS SDK for JavaScript as one script for browsers."""
    script = tmp_path_factory.mktemp("sdk") / "sdk.js"
    bundle = [SDK / "node_modules/.bin/esbuild", SDK / "page.mjs", "--bundle", "--format=iife", f"--outfile={script}"]
    subprocess.run([*bundle, "--global-name=sdk", "--log-level=warning"], check=True, timeout=120)
    return f"{script.read_text()}\nwindow.sdk = sdk;"


def test_a_page_with_the_aws_sdk_signs_for_itself(driver, client, keyward, keys, sites, sdk):
    """Its browser announces each request without the signature, so that nothing but the bucket's name says whose it is."""
    bucket = unique("pages-")
    client.create_bucket(Bucket=bucket)
    rule = {"AllowedOrigins": [sites[0]], "AllowedMethods": ["GET", "PUT", "DELETE"], "AllowedHeaders": ["*"]}
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    application, stranger = sites
    driver.get(application)
    driver.execute_script(sdk)
    told = driver.execute_async_script(USE, keyward.s3_tls_url, *keys, bucket, TEXT)
    assert told == {"body": TEXT, "keys": ["of a page"], "error": "NoSuchKey"}, "errors are readable as well"
    driver.get(stranger)
    driver.execute_script(sdk)
    assert driver.execute_async_script(USE, keyward.s3_tls_url, *keys, bucket, TEXT) == {"error": "TypeError"}


def test_a_large_file_is_uploaded_in_parts(driver, client, sites, bucket):
    driver.get(sites[0])
    upload = client.create_multipart_upload(Bucket=bucket, Key=NAME)["UploadId"]
    texts, parts = ["a" * (5 << 20), "the end"], []
    for number, text in enumerate(texts, 1):
        told = fetched(driver, link(client, "upload_part", bucket, UploadId=upload, PartNumber=number), method="PUT", body=text)
        parts.append({"PartNumber": number, "ETag": told["headers"]["etag"]})
    client.complete_multipart_upload(Bucket=bucket, Key=NAME, UploadId=upload, MultipartUpload={"Parts": parts})
    assert stored(client, bucket) == {NAME: "".join(texts)}


def test_what_no_rule_admits_does_not_leave_the_browser(driver, client, sites, bucket):
    """Not even by a link that would let it: the browser asks first, and is told no."""
    application, stranger = sites
    driver.get(stranger)
    assert "failed" in fetched(driver, link(client, "put_object", bucket), method="PUT", body=TEXT)
    driver.get(application)
    client.put_object(Bucket=bucket, Key="kept", Body=b"kept")
    assert "failed" in fetched(driver, link(client, "delete_object", bucket, "kept"), method="DELETE")
    assert stored(client, bucket) == {"kept": "kept"}
    driver.get(stranger)
    assert "failed" in fetched(driver, link(client, "get_object", bucket, "kept")), "an answer that is not for this page"


def test_a_script_posts_a_form(driver, client, sites, bucket):
    driver.get(sites[0])
    form = client.generate_presigned_post(bucket, "posted/${filename}", ExpiresIn=60)
    told = fetched(driver, form["url"], form["fields"], method="POST", text=TEXT, name=NAME)
    assert told["status"] == 204, told
    spoiled = form["fields"] | {"key": "elsewhere/${filename}"}
    told = fetched(driver, form["url"], spoiled, method="POST", text=TEXT, name=NAME)
    assert told["status"] == 403 and "AccessDenied" in told["body"], told
    assert stored(client, bucket) == {f"posted/{NAME}": TEXT}


SUBMIT = """
    const [action, fields, text, name] = arguments, form = document.createElement('form');
    Object.assign(form, {method: 'post', action, enctype: 'multipart/form-data'});
    const input = (type, name) => form.appendChild(Object.assign(document.createElement('input'), {type, name}));
    for (const [name, value] of Object.entries(fields)) input('hidden', name).value = value;
    const chosen = new DataTransfer();
    chosen.items.add(new File([text], name, {type: 'text/plain'}));
    input('file', 'file').files = chosen.files;
    document.body.append(form);
    form.submit();"""


def submitted(driver, form: dict) -> str:
    """Submits an upload as a page without any script would, and tells where the browser went then."""
    here = driver.current_url
    driver.execute_script(SUBMIT, form["url"], form["fields"], TEXT, NAME)
    WebDriverWait(driver, PATIENCE).until(lambda _: driver.current_url != here)
    return driver.current_url


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_plain_form_uploads_and_leads_back_to_the_application(version, driver, keyward, keys, client, sites, bucket):
    signs = s3.client(keyward.s3_tls_url, *keys, signature_version=version)
    back = {"success_action_redirect": f"{sites[0]}/thanks?lang=de"}
    form = signs.generate_presigned_post(bucket, "posted/${filename}", Fields=back, Conditions=[back], ExpiresIn=60)
    driver.get(sites[0])
    went = urlsplit(submitted(driver, form))
    assert f"{went.scheme}://{went.netloc}{went.path}" == f"{sites[0]}/thanks"
    told = {name: value for name, [value] in parse_qs(went.query).items()}
    etag = f'"{hashlib.md5(TEXT.encode()).hexdigest()}"'
    assert told == {"lang": "de", "bucket": bucket, "key": f"posted/{NAME}", "etag": etag}
    assert stored(client, bucket) == {f"posted/{NAME}": TEXT}


def test_a_plain_form_under_a_revoked_secret_stores_nothing(driver, company, keyward, sites):
    person = company.hire()
    me = person.login()
    kept = me.new_key().expect(200).field("secret_key")
    old = me.new_key().expect(200).field("secret_key")
    bucket, theirs = unique("uploads-"), person.s3(kept)
    theirs.create_bucket(Bucket=bucket)
    signs = s3.client(keyward.s3_tls_url, person.uid, old, signature_version="s3v4")
    form = signs.generate_presigned_post(bucket, NAME, ExpiresIn=60)
    me.deactivate(old).expect(200)
    driver.get(sites[0])
    assert submitted(driver, form) == form["url"]
    assert "SignatureDoesNotMatch" in driver.find_element(By.TAG_NAME, "html").get_attribute("textContent")
    assert stored(theirs, bucket) == {}
