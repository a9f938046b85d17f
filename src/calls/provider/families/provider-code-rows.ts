import { type ClassifierRow, words } from './classifier-row.ts';

/**
 * Codes of providers that number or name their errors themselves, read before any sentence: a code
 * is the same in every language. Zhipu (1000 to 1313), MiniMax (`base_resp`), SiliconFlow (20012 to
 * 50505), DashScope, Volcengine, Tencent, Baidu, Cohere, Cloudflare, Amazon Bedrock, NVIDIA.
 */
export const providerCodeRows: readonly ClassifierRow[] = [
  {
    type: 'QuotaExhausted',
    codes: words(
      '1113 1304 1308 1309 1310 base_resp.1008 base_resp.2056 30001 30011 Arrearage AllocationQuota.FreeTierOnly Throttling.AllocationQuota FreeQuotaExhausted PrepaidBillOverdue PostpaidBillOverdue CommodityNotPurchased AccountOverdueError AccountOverdue SetLimitExceeded InferenceLimitExceeded account_overdue INSUFFICIENT_BALANCE insufficient_balance_error exceeded_current_quota_error insufficient_account_balance FailedOperation.ResourcePackExhausted FailedOperation.FreeResourcePackExhausted FailedOperation.ServiceStop',
    ),
  },
  // Cloudflare's 4006 and 3036: the neurons of a day.
  { type: 'QuotaExhausted', status: [403, 429], codes: ['4006', '3036'] },
  {
    type: 'RateLimited',
    codes: words(
      '1302 1303 base_resp.1002 base_resp.1039 base_resp.1041 base_resp.2045 Throttling Throttling.RateQuota Throttling.User limit_requests limit_burst_rate ThrottlingException TooManyRequestsException AccountRateLimitExceeded ModelAccountRpmRateLimitExceeded RequestBurstTooFast ModelAccountTpmRateLimitExceeded RateLimitExceeded rpm_rate_limit_exceeded tpm_rate_limit_exceeded RateLimitReached rate_limit_reached_error RequestLimitExceeded',
    ),
  },
  {
    type: 'RateLimited',
    status: [429, 500],
    codes: ['throttling_error', 'RateLimitError'],
    vague: true,
  },
  {
    type: 'Overloaded',
    codes: words(
      '1305 1312 50505 ServerOverloaded ModelNotReadyException ModelServingError ServiceUnavailableException ModelOverloaded engine_overloaded MODEL_CAPACITY_EXHAUSTED',
    ),
  },
  { type: 'Overloaded', status: [200, 429, 500, 503], codes: ['ServiceUnavailable'] },
  { type: 'Timeout', codes: ['base_resp.1001', 'ModelTimeoutException', 'RequestTimeOut'] },
  {
    type: 'ServerError',
    codes: words(
      'base_resp.1000 base_resp.1013 base_resp.1024 base_resp.1033 1234 ModelErrorException ModelStreamErrorException InternalServiceError',
    ),
  },
  {
    type: 'InvalidCredentials',
    status: [200, 400, 401, 403],
    codes: words(
      '1000 1001 1002 1003 1004 base_resp.1004 base_resp.2049 InvalidApiKey invalid_token UnrecognizedClientException ExpiredTokenException InvalidSignatureException MissingAuthenticationTokenException AuthenticationError AuthFailure.SignatureFailure AuthFailure.SignatureExpire AuthFailure.SecretIdNotFound AuthFailure.InvalidSecretId AuthFailure.TokenFailure',
    ),
  },
  // Baidu counts from 1, as others do: a small number is its own where the words are too.
  { type: 'QuotaExhausted', status: [200], codes: ['17', '19'], message: /^open api/i },
  { type: 'RateLimited', status: [200], codes: ['18'], message: /^open api/i },
  { type: 'InvalidCredentials', status: [200], codes: ['110', '111'] },
  { type: 'ServerError', status: [200], codes: ['336000'] },
  { type: 'InvalidRequest', status: [200], codes: ['336001', '336002', '336003'] },
  {
    type: 'ContentRejected',
    codes: words(
      '1301 base_resp.1026 base_resp.1027 data_inspection_failed DataInspectionFailed SensitiveContentDetected InputTextSensitiveContentDetected content_policy OutputTextSensitiveContentDetected sensitive_words_detected content_blocked',
    ),
  },
  { type: 'ContentRejected', status: [400], codes: ['1300'] },
  {
    type: 'PermissionDenied',
    codes: words(
      '1110 1111 1112 1120 1121 1220 1311 1313 organization_restricted organization_disabled organization_suspended account_restricted account_suspended account_disabled user_suspended project_disabled access_terminated_error access_denied AccessDenied AccessDeniedException Model.AccessDenied AccessDenied.Unpurchased ModelNotOpen country_not_supported unsupported_country_region_territory',
    ),
  },
  {
    type: 'ModelNotFound',
    codes: words(
      '1211 1221 1222 20012 30003 ModelNotFound model_not_supported unavailable_model InvalidEndpointOrModel.NotFound InvalidModel UnsupportedModel',
    ),
  },
  {
    type: 'ContextLengthExceeded',
    codes: ['1261', 'model_max_prompt_tokens_exceeded', 'tokens_limit_reached'],
  },
  {
    type: 'InvalidRequest',
    codes: words('1210 1212 1213 1214 1215 base_resp.2013 base_resp.1042 20015'),
    vague: true,
  },
];
