/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What is known of the embedding models a cluster may call: their settings, secrets and the catalog of well-known
 * ids. Nothing here speaks HTTP, and no other package of the plugin may enter.
 */
package dev.embeddingsearch.model;
