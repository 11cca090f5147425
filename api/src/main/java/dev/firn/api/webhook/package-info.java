/**
 * Telling other servers of runs and aliases: receivers over REST, and the sending of messages as
 * <a href="https://www.standardwebhooks.com/">Standard Webhooks</a> describe it.
 *
 * <p>A message is a POST of JSON with {@code webhook-id}, {@code webhook-timestamp} (seconds since 1970) and {@code
 * webhook-signature}: {@code v1,} and the base64 of HMAC-SHA256 over {@code id.timestamp.body}. What is not answered with 2xx within
 * ten seconds is sent again at growing intervals and given up after a day. Redirects are not followed.
 *
 * <p>No message goes to this machine or into private networks, as {@link dev.firn.api.webhook.AllowedReceivers} sees to, unless the
 * operator allows the receiver in {@code FIRN_WEBHOOK_ALLOW}.
 */
package dev.firn.api.webhook;
