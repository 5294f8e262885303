"""What is rehearsed: the model, the lifecycle, the runbook, the judging. Imports no test or container library."""
