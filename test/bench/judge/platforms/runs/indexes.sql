-- What an engineer of this platform would create.
CREATE INDEX "Agent_organizationId_createdAt_idx" ON "Agent" ("organizationId", "createdAt" DESC) WHERE "deletedAt" IS NULL;
CREATE INDEX "Session_agentId_lastMessageAt_idx" ON "Session" ("agentId", "lastMessageAt" DESC);
CREATE INDEX "Session_externalUserId_startedAt_idx" ON "Session" ("externalUserId", "startedAt" DESC);
CREATE INDEX "Session_open_idx" ON "Session" ("lastMessageAt") WHERE "endedAt" IS NULL;
CREATE INDEX "Run_agentId_createdAt_idx" ON "Run" ("agentId", "createdAt" DESC);
CREATE INDEX "Run_sessionId_idx" ON "Run" ("sessionId", "createdAt");
CREATE INDEX "Run_queue_idx" ON "Run" ("priority" DESC, "createdAt") WHERE "status" = 'QUEUED';
CREATE INDEX "Run_running_idx" ON "Run" ("workerId", "startedAt") WHERE "status" = 'RUNNING';
CREATE INDEX "Run_failed_idx" ON "Run" ("finishedAt" DESC) WHERE "status" = 'FAILED';
CREATE INDEX "Run_createdAt_idx" ON "Run" ("createdAt");
CREATE INDEX "RunEvent_runId_sequence_idx" ON "RunEvent" ("runId", "sequence");
CREATE INDEX "RunEvent_errors_idx" ON "RunEvent" ("createdAt" DESC) WHERE "type" = 'error';
CREATE INDEX "ToolCall_runId_idx" ON "ToolCall" ("runId");
CREATE INDEX "ToolCall_tool_createdAt_idx" ON "ToolCall" ("tool", "createdAt" DESC);
