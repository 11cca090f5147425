/**
 * Studies: which runs each is made of, and how far it is. What a study's runs do is in their own rows.
 */
package dev.firn.registry.study;
