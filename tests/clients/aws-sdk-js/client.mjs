// One S3 request as the AWS SDK for JavaScript signs it: `node client.mjs FORM`, with what it needs in its environment.
//
// Writes an object and reads it back, or prints a presigned URL, or a form to post as JSON. A refusal is its S3 error
// code on standard output and the exit code 1.

import { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const { S3_URL, ACCESS_KEY_ID, SECRET_KEY, BUCKET: Bucket, KEY: Key, TEXT } = process.env;

const client = new S3Client({
  endpoint: S3_URL,
  region: "us-east-1",
  forcePathStyle: true,
  maxAttempts: 1,
  requestChecksumCalculation: "WHEN_REQUIRED",
  credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_KEY },
});

async function writeAndRead(more) {
  await client.send(new PutObjectCommand({ Bucket, Key, Body: TEXT, ...more }));
  const read = await client.send(new GetObjectCommand({ Bucket, Key }));
  const text = await read.Body.transformToString();
  if (text !== TEXT) {
    throw new Error(`read ${text}`);
  }
}

const forms = {
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
