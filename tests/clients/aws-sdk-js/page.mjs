// What a web page takes of the AWS SDK for JavaScript. Bundled for browsers with `esbuild --bundle`.

export {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
