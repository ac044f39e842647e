import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import '../../../frontend/styles/theme.css';
import '../../../frontend/styles/base.css';
import '../../../frontend/styles/controls.css';
import '../../../frontend/styles/settings-window.css';

import { App } from './app';
import { keepRootAttributes } from './root-attributes';

keepRootAttributes();
createRoot(document.body).render(
	<StrictMode>
		<App />
	</StrictMode>,
);
