// Loaded before everything else (`--import`): this process's clock is wrong by so many milliseconds.
const wrongByMs = Number(new URL(import.meta.url).searchParams.get('ms'));
const rightNow = Date.now;
Date.now = () => rightNow() + wrongByMs;
