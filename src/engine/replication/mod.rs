//! Clusters: how copies of the same data are kept on several nodes.
