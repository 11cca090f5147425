/**
 * Bytes in the object store, named by their SHA-256.
 *
 * <p>A blob is hashed before it is put, put once, and verified when it is read. Its row is committed after its object
 * is complete; before the object is put an intent is written, through which a sweep finds what a crash left behind.
 *
 * <p>A blob that turns out damaged or missing is quarantined: its row says so, nobody reads it any more, and the same
 * content may be written again, over the damaged object, which makes it good for everything that names it.
 *
 * <p>Limits: content is hashed by the writer's process; the store is trusted to keep what it acknowledged until a read
 * shows otherwise. Any S3 store will do; {@code If-None-Match} is used where the store knows it.
 */
package dev.firn.registry.blob;
