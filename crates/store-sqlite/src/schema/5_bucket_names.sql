-- Finds a bucket by its name alone, where a request names no namespace.
CREATE INDEX buckets_by_name_alone ON buckets (name, namespace);
