/**
 * The pages in a real Chromium, driven by Playwright, with axe-core looking for what people with a screen reader, a keyboard
 * or weak eyes would stumble over. Needs a Chromium: {@code FIRN_TEST_CHROMIUM} names its program, or it is on the PATH.
 */
package dev.firn.api.browser;
