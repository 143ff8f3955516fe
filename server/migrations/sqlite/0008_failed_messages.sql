-- Reminders that could not be sent, for whoever tries them again.
CREATE INDEX messages_failed ON messages (decided_at DESC, id DESC) WHERE state = 'failed' AND since IS NOT NULL;
