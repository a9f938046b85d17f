import { type ClassifierRow, words } from './classifier-row.ts';

/**
 * Google's 429 says "you exceeded your current quota" of every quota; only the quotas' names tell
 * a minute from a day. Its OpenAI endpoint sends the same. A limit of 0 is a model that the free
 * tier does not have.
 */
export const googleQuotaRows: readonly ClassifierRow[] = [
  { type: 'QuotaExhausted', quota: /Per(Day|Month)/, reason: 'daily quota' },
  {
    type: 'QuotaExhausted',
    status: [429],
    message: /\bquota exceeded\b.*\blimit: 0\b/is,
    reason: 'no quota for this model',
  },
  {
    type: 'QuotaExhausted',
    status: [429],
    message: /spend(ing)? cap|prepa(id|yment) (credits|balance)|credits are depleted/i,
    reason: 'money ran out',
  },
  { type: 'RateLimited', status: [429], codes: ['RESOURCE_EXHAUSTED'] },
];

const limitWords =
  /limit|quota|exceed|exhaust|allocat|allowance|used up|too many|reached|throttl|neurons|限|额/i;
const minute =
  /\bper[- _]?(min(ute)?|sec(ond)?)\b|\/ ?(min(ute)?|s(ec(ond)?)?)\b|\b([rt]pm|[qrt]ps)\b|每分钟|每秒/i;
const day =
  /\b(per|a|each|every|this)[- _]?(day|week|month)\b|\b(daily|weekly|monthly|[rt]pd)\b|\/ ?(day|week|month)\b|by(day|month)\b|\bfor (the day|today|this month)\b|\btoday\b|\bper 86[, ]?400 ?s|\b24[- ]?h(ours?)?\b|每日|每天|每月|当日|今日|本月/i;

const money =
  '\\b(?:credits?|balance|funds|wallet|prepaid|cr[ée]dit[oe]?s|saldo|solde|guthaben)\\b|余额|额度|残高|잔액|баланс|средств';
const lacking =
  '\\b(?:insufficient|not enough|zero|negative|empty|exhausted|depleted|r[ua]n out|no remaining|insuf\\w+|aufgebraucht)\\b|不足|为零|부족|недостаточно|épuisé';
/** Nothing of it left, in either order, within one sentence. */
const noMoneyLeft = new RegExp(
  `(?:${money})[^.。]{0,30}(?:${lacking})|(?:${lacking})[^.。]{0,30}(?:${money})`,
  'i',
);

/**
 * Money, days and months under any status: no backoff of seconds brings them back. A minute or a
 * second is passing, also where the sentence calls it a quota.
 */
export const quotaRows: readonly ClassifierRow[] = [
  {
    type: 'RequestTooLarge',
    exceedsLimit: true,
    unless: /context|model token limit/i,
    reason: 'over the limit by itself',
  },
  {
    type: 'RateLimited',
    status: [200, 400, 403, 429, 500, 503],
    message: new RegExp(`(?=.*(?:${minute.source}))(?=.*(?:${limitWords.source}|rate))`, 'is'),
    unless: new RegExp(`${day.source}|context|max_tokens|\\blimit: 0\\b`, 'i'),
    reason: 'rate limit',
  },
  {
    type: 'QuotaExhausted',
    message:
      /exceeded your current quota|insufficient[ _](account[ _])?(credits?|balance|funds|quota)|(balance|credits?|quota|allocation|allowance) (is |are |has been |have been )?(insufficient|exhausted|depleted|not enough|too low|used up|exceeded)|(credit|account) balance is too low|\bno (remaining |available |more )?credits?\b(?! (was|were|have been|will be) )|(out of|not enough|doesn'?t have any|don'?t have any|ran out of|run out of|requires more) credits|spend(ing)? (limit|cap)|usage limit|out of (call volume|bandwidth) quota|billing (hard )?limit|arrear|overdue[- ]payment|payment (is )?overdue|account is (overdue|not active|in arrears)|used (up )?(all|your)( of)?( your)?( available| daily| free| monthly)* (credits|quota|allocation|allowance)|free[- ](tier|allocation|quota)[^.]*(exhausted|used up|exceeded)|余额不足|欠费|资源包|额度.{0,6}(不足|用尽|耗尽|用完|失败)|\bguthaben\b.*nicht aus|credit limit exceeded/i,
    reason: 'money ran out',
  },
  { type: 'QuotaExhausted', message: noMoneyLeft, reason: 'money ran out' },
  {
    type: 'QuotaExhausted',
    status: [401, 402, 403, 412, 429],
    message:
      /(trial|subscription)( period)? (has |is |was )?(ended|expired|over|inactive|cancell?ed)|billing is not enabled|payment method|billing (period|cycle)|usage cap\b|\btop[- ]?up\b|\brecharge\b|\boverdue\b|\bunpaid\b|add (more )?(credits|funds)|buy (more )?credits|充值/i,
    reason: 'money ran out',
  },
  {
    type: 'QuotaExhausted',
    status: [429],
    message: day,
    reason: 'daily quota',
  },
  {
    type: 'QuotaExhausted',
    message: new RegExp(`(?=.*(?:${day.source}))(?=.*(?:${limitWords.source}))`, 'is'),
    unless: /context|max_tokens/i,
    reason: 'daily quota',
  },
  {
    type: 'QuotaExhausted',
    codes: words(
      'insufficient_quota credit_balance_exhausted billing_hard_limit_reached billing_not_active quota_exceeded usage_limit_reached usage_limit_exceeded spend_limit_reached spend_limit_exceeded insufficient_credits insufficient_balance insufficient_funds InsufficientBalance payment_required insufficient_user_quota InsufficientQuota QuotaExceeded credits_exhausted ServiceQuotaExceededException billing_error BILLING_DISABLED quotaExceeded budget_exceeded monthly_limit_exceeded daily_limit_exceeded UserByModelByDay',
    ),
  },
];
