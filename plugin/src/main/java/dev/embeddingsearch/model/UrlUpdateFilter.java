/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.admin.cluster.settings.ClusterUpdateSettingsRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.core.action.ActionListener;

/**
 * Refuses an update of cluster settings with a URL that the allow-list of this node does not permit. It checks requests, since
 * a validator of the setting would make OpenSearch archive stored URLs on nodes with another allow-list.
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
