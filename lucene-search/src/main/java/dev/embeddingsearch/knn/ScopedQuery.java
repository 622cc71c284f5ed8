/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

/** A query that is restricted by what surrounds it. */
public interface ScopedQuery {

    /** The scope of this query and of no other. */
    SearchScope scope();
}
