
-- reports: functions for everybody, each of which shows a role what it may see; whose statements these are, the parts ask
