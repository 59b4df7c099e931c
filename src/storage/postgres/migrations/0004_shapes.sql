-- Which fields the bodies of a notice type have, and how often they came: JSON, written as a whole.
CREATE TABLE shape (
  account text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  content json NOT NULL,
  PRIMARY KEY (account, connection, type)
) WITH (fillfactor = 50);
