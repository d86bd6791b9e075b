/** The kernel as Java sees it: system calls, namespaces, capabilities. The only package that uses the foreign function API. */
@NullMarked
package io.windlass.linux;

import org.jspecify.annotations.NullMarked;
