#!/usr/bin/env node
import { bootstrap } from '../dev/bootstrap.mjs';

await bootstrap('holdfast', process.argv.slice(2));
