-- A platform that reaches Matrix over a bridge holds no list: which homeserver stands behind it, and what was seen of it.
ALTER TABLE enforcement_point
  ADD COLUMN behind_id uuid REFERENCES homeserver (id) ON DELETE SET NULL ON UPDATE CASCADE,
  ADD COLUMN watched jsonb,
  ADD COLUMN watched_code text,
  ADD COLUMN watched_at bigint;
CREATE INDEX enforcement_point_behind_id_idx ON enforcement_point (behind_id);
