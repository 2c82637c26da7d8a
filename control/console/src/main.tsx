import { render } from 'preact';
import { App } from './app/app';
import { startRouter } from './router/location';
import { startTheme } from './state/preferences';
import { startSession } from './state/session';
import { startTitle } from './state/title';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/controls.css';
import './styles/parts.css';
import './styles/overlays.css';

startTheme();
startTitle();
startRouter();
startSession();
render(<App />, document.getElementById('app')!);
