/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.admin.cluster.settings.ClusterUpdateSettingsRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.core.action.ActionListener;

/**
 * Refuses an update of cluster settings with a URL that the allow-list of this node does not permit. It looks at requests
 * and not at settings: a validator of the setting would have OpenSearch archive URLs that it stored before, wherever a
 * node's list is another one.
 */
public final class UrlUpdateFilter extends ActionFilter.Simple {

    private final UrlAllowlist allowlist;

    public UrlUpdateFilter(Models models) {
        this.allowlist = models.allowlist();
    }

    @Override
    public int order() {
        return 0;
    }

    @Override
    protected boolean apply(String action, ActionRequest request, ActionListener<?> listener) {
        if (request instanceof ClusterUpdateSettingsRequest update) {
            try {
                ModelSettings.requireAllowedUrls(update.persistentSettings(), allowlist);
                ModelSettings.requireAllowedUrls(update.transientSettings(), allowlist);
            } catch (IllegalArgumentException e) {
                listener.onFailure(e);
                return false;
            }
        }
        return true;
    }
}
