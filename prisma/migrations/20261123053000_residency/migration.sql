-- The country in which a homeserver stands, as its agency declares it, and what its certificate says of countries: a hint.

ALTER TABLE homeserver ADD COLUMN country text CHECK (country ~ '^[A-Z]{2}$');
ALTER TABLE name_proof
  ADD COLUMN subject_country text CHECK (subject_country ~ '^[A-Z]{2}$'),
  ADD COLUMN issuer_country text CHECK (issuer_country ~ '^[A-Z]{2}$');
