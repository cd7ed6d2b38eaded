-- How a load went while it was measured; NULL where nothing is known.
ALTER TABLE target ADD COLUMN course TEXT; -- JSON
