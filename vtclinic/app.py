"""The composition root: which features there are, and how a process is put together from them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from vtclinic import housekeeping
from vtclinic.console.feature import console
from vtclinic.core import headers, http, jobs, sockets
from vtclinic.core.bus import Bus
from vtclinic.core.feature import Feature
from vtclinic.core.pages import install_error_pages, prepare_templates
from vtclinic.core.settings import Settings
from vtclinic.core.web import ClinicFlask, Edge
from vtclinic.features.clinic.feature import clinic
from vtclinic.features.crisis.feature import crisis
from vtclinic.features.home.feature import home
from vtclinic.features.intake.feature import intake
from vtclinic.features.matching.feature import matching
from vtclinic.features.messaging.feature import messaging
from vtclinic.features.notifications.feature import notifications
from vtclinic.features.progress.feature import progress
from vtclinic.features.records.feature import records
from vtclinic.features.scheduling.feature import scheduling
from vtclinic.features.staff.feature import staff
from vtclinic.identity.feature import identity
from vtclinic.tenants import routes as tenant_routes
from vtclinic.tenants.helpnow import LEAVE_URL
from vtclinic.tenants.instance import Instance, open_instance
from vtclinic.tenants.look import clinic_look
from vtclinic.tenants.resolve import Directory
from vtclinic.tenants.scope import tenant_scope_by_slug

FEATURES: tuple[Feature, ...] = (identity, records, staff, notifications, progress, crisis, intake, matching, scheduling, messaging, clinic, home, console)


@dataclass(frozen=True)
class House:
    """An opened installation, as every process starts with: web, worker and commands."""

    instance: Instance
    directory: Directory

    @property
    def settings(self) -> Settings:
        """The settings it was opened with."""
        return self.instance.settings


def open_house(settings: Settings) -> House:
    """Open keys, control database and job queue, and let the features listen to each other's news."""
    instance = open_instance(settings)
    directory = Directory(instance)
    jobs.configure(settings)
    http.configure(settings)
    jobs.set_scope_runner(lambda slug: tenant_scope_by_slug(directory, slug))
    jobs.set_clinic_lister(directory.slugs)
    housekeeping.configure(settings)
    for feature in FEATURES:
        if feature.subscribe is not None:
            feature.subscribe()
    return House(instance, directory)


def create_app(settings: Settings, house: House | None = None) -> Flask:
    """Put the web application together. Socket.IO is added by `attach_sockets`."""
    opened = house or open_house(settings)
    app = ClinicFlask("vtclinic", template_folder="templates", static_folder="static")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-vt" if settings.secure_cookies else "vt",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=(settings.max_upload_mb + 1) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        SECRET_KEY=opened.instance.cookie_key,  # Flask wants one; what is signed uses each clinic's own key
        TESTING=settings.env == "test",
        PROPAGATE_EXCEPTIONS=False,
    )
    app.extensions["vt.instance"] = opened.instance
    app.extensions["vt.house"] = opened
    app.extensions["vt.leave_url"] = LEAVE_URL
    app.extensions["vt.default_look"] = clinic_look(settings, settings.home / "nowhere", "calm").css_hash
    edge = Edge(opened.directory, settings.console_host, opened.instance.cookie_key)
    app.extensions["vt.edge"] = edge
    CSRFProtect(app)
    headers.install(app, https=settings.tls_expected)
    install_error_pages(app)
    app.register_blueprint(tenant_routes.bp)
    for feature in FEATURES:
        for blueprint in feature.blueprints + (feature.demo_blueprints if settings.env == "demo" else ()):
            app.register_blueprint(blueprint)
    prepare_templates(app, [item for feature in FEATURES for item in feature.nav], {"patient": "patient", "therapist": "therapist"})
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def attach_sockets(app: Flask, settings: Settings, *, async_mode: str = "") -> None:
    """Serve Socket.IO beside the pages; afterwards `app.extensions["socketio"]` is there. `async_mode` is the settings' unless told."""
    for feature in FEATURES:
        if feature.socket_events is not None:
            feature.socket_events()
    bus = app.extensions["vt.bus"] = Bus(settings.home)
    sockets.attach(app, async_mode=async_mode or settings.async_mode, redis_url=settings.redis_url, bus=bus)
