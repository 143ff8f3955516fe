-- The line of the file in which its header is, and, in JSON, the first lines, any of which can be chosen as the header.
ALTER TABLE imports ADD COLUMN header_line INTEGER NOT NULL DEFAULT 1;
ALTER TABLE imports ADD COLUMN top TEXT NOT NULL DEFAULT '[]';
