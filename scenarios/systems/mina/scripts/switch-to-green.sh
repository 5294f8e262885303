#!/bin/bash
# Sends users back to green, the release before.
exec bash "$(dirname "$0")/switch.sh" green
