"""Lab-Verse: an AI operations and revenue autopilot for a small SaaS company."""

VERSION = "0.1.0"
