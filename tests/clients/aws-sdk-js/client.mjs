// One S3 request as the AWS SDK for JavaScript signs it: `node client.mjs FORM`, with what it needs in its environment.
//
// Writes an object and reads it back, or prints a presigned URL, or a form to post as JSON. `keys` puts, reads, copies,
// lists and deletes an object under each key on standard input; keys end with a NUL there and on standard output. A
// refusal is its S3 error code on standard output and the exit code 1.

import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const { S3_URL, ACCESS_KEY_ID, SECRET_KEY, BUCKET: Bucket, OTHER_BUCKET, KEY: Key, TEXT } = process.env;

const client = new S3Client({
  endpoint: S3_URL,
  region: "us-east-1",
  forcePathStyle: true,
  maxAttempts: 1,
  requestChecksumCalculation: "WHEN_REQUIRED",
  credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_KEY },
});

async function writeAndRead(more, Key = process.env.KEY) {
  await client.send(new PutObjectCommand({ Bucket, Key, Body: TEXT, ...more }));
  const read = await client.send(new GetObjectCommand({ Bucket, Key }));
  const text = await read.Body.transformToString();
  if (text !== TEXT) {
    throw new Error(`read ${text}`);
  }
}

async function listed(Bucket) {
  const keys = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket, MaxKeys: 10 })) {
    keys.push(...(page.Contents ?? []).map((entry) => entry.Key));
  }
  return keys;
}

async function keys() {
  for (const Key of readFileSync(0, "utf8").split("\0").slice(0, -1)) {
    await writeAndRead({}, Key);
    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
    await client.send(new CopyObjectCommand({ Bucket: OTHER_BUCKET, Key, CopySource }));
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
  }
  const copies = await listed(OTHER_BUCKET);
  const Objects = copies.map((Key) => ({ Key }));
  await client.send(new DeleteObjectsCommand({ Bucket: OTHER_BUCKET, Delete: { Objects } }));
  process.stdout.write(copies.map((key) => `${key}\0`).join(""));
}

const forms = {
  keys,
  header: () => writeAndRead({}),
  trailer: () =>
    writeAndRead({
      // The length of a stream has to be told; its checksum follows it.
      Body: Readable.from([Buffer.from(TEXT)], { objectMode: false }),
      ContentLength: Buffer.byteLength(TEXT),
      ChecksumAlgorithm: "CRC32",
    }),
  presigned: async () => console.log(await getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 })),
  post: async () => console.log(JSON.stringify(await createPresignedPost(client, { Bucket, Key, Expires: 60 }))),
};

try {
  await forms[process.argv[2]]();
} catch (error) {
  console.log(error.name);
  process.exitCode = 1;
}
