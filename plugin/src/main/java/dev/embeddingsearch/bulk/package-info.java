/* SPDX-License-Identifier: Apache-2.0 */
/** Bulk requests to a shard of which single items are refused. It knows nothing of the reasons. */
package dev.embeddingsearch.bulk;
