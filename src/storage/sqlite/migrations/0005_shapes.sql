-- Which fields the bodies of a notice type have, and how often they came: JSON, written as a whole.
CREATE TABLE shape (
  account TEXT NOT NULL,
  connection TEXT NOT NULL,
  type TEXT NOT NULL,
  version INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (account, connection, type)
) STRICT;
