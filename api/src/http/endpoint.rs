//! One list of routes makes both the router and the OpenAPI document, so neither can know a route the other does not.

use crate::app::App;
use crate::http::guard::Visitor;
use crate::http::problem::{Problem, lang_of};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use domain::who::Role;
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Paths, Ref,
    RefOr, Required, ResponseBuilder,
};
use utoipa::{IntoParams, ToSchema};

/// Who may knock at a route at all. What they may then see or do there depends on the object, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Anybody signed in.
    SignedIn,
    /// A person with one of these roles.
    Roles(&'static [Role]),
    /// A machine with a feed token only.
    Machine,
    /// A machine, or a person with one of these roles.
    MachineOr(&'static [Role]),
}

/// Whose things a route is about: what the object check asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Nobody's in particular.
    Open,
    /// The person's own things alone.
    Own,
    /// A person's: their own, or those of people at a desk one leads, or HR and the GM office.
    Person,
    /// A desk's: its members (for what hangs on the wall), its leads, HR and the GM office.
    Desk,
    /// The whole house's.
    House,
}

type Schemas = Vec<(String, RefOr<Schema>)>;

/// A route with everything said about it.
pub struct Endpoint {
    path: &'static str,
    method: HttpMethod,
    handler: MethodRouter<App>,
    operation: OperationBuilder,
    access: Access,
    scope: Scope,
    schemas: Schemas,
}

impl Endpoint {
    fn new(
        method: HttpMethod,
        path: &'static str,
        summary: &str,
        handler: MethodRouter<App>,
    ) -> Self {
        let mut operation = OperationBuilder::new().summary(Some(summary));
        for name in path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        {
            operation = operation.parameter(path_parameter(name));
        }
        Self {
            path,
            method,
            handler,
            operation,
            access: Access::SignedIn,
            scope: Scope::Open,
            schemas: Vec::new(),
        }
    }
    /// A view.
    pub fn get(path: &'static str, summary: &str, handler: MethodRouter<App>) -> Self {
        Self::new(HttpMethod::Get, path, summary, handler)
    }
    /// A command.
    pub fn post(path: &'static str, summary: &str, handler: MethodRouter<App>) -> Self {
        Self::new(HttpMethod::Post, path, summary, handler).header("Idempotency-Key", KEY_HELP)
    }
    /// A command that states the whole of something.
    pub fn put(path: &'static str, summary: &str, handler: MethodRouter<App>) -> Self {
        Self::new(HttpMethod::Put, path, summary, handler).header("Idempotency-Key", KEY_HELP)
    }
    /// A command that takes something away.
    pub fn delete(path: &'static str, summary: &str, handler: MethodRouter<App>) -> Self {
        Self::new(HttpMethod::Delete, path, summary, handler)
    }
    /// Who may knock.
    #[must_use]
    pub fn access(mut self, access: Access, scope: Scope) -> Self {
        self.access = access;
        self.scope = scope;
        self
    }
    /// What is sent.
    #[must_use]
    pub fn body<T: ToSchema>(mut self) -> Self {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(T::name())))
            .build();
        self.operation = self.operation.request_body(Some(
            RequestBodyBuilder::new()
                .content("application/json", content)
                .required(Some(Required::True))
                .build(),
        ));
        self
    }
    /// What is sent, if not JSON.
    #[must_use]
    pub fn text_body(mut self, media: &str, description: &str) -> Self {
        let content = ContentBuilder::new()
            .schema(Some(Schema::Object(
                ObjectBuilder::new().schema_type(Type::String).build(),
            )))
            .build();
        self.operation = self.operation.request_body(Some(
            RequestBodyBuilder::new()
                .description(Some(description))
                .content(media, content)
                .required(Some(Required::True))
                .build(),
        ));
        self
    }
    /// What the query says.
    #[must_use]
    pub fn query<T: IntoParams>(mut self) -> Self {
        self.operation = self
            .operation
            .parameters(Some(T::into_params(|| Some(ParameterIn::Query))));
        self
    }
    /// A header that is heard.
    #[must_use]
    pub fn header(mut self, name: &str, description: &str) -> Self {
        self.operation = self.operation.parameter(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some(description))
                .schema(Some(Schema::Object(
                    ObjectBuilder::new().schema_type(Type::String).build(),
                ))),
        );
        self
    }
    /// A good answer, as JSON of no declared shape.
    #[must_use]
    pub fn answers(self, status: u16, description: &str) -> Self {
        self.answers_media(status, description, "application/json")
    }
    /// A good answer of another kind.
    #[must_use]
    pub fn answers_media(mut self, status: u16, description: &str, media: &str) -> Self {
        let response = if status == 204 {
            ResponseBuilder::new().description(description).build()
        } else {
            ResponseBuilder::new()
                .description(description)
                .content(media, ContentBuilder::new().build())
                .build()
        };
        self.operation = self.operation.response(status.to_string(), response);
        self
    }
    /// A good answer of a declared shape.
    #[must_use]
    pub fn answers_with<T: ToSchema>(mut self, status: u16, description: &str) -> Self {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(T::name())))
            .build();
        self.operation = self.operation.response(
            status.to_string(),
            ResponseBuilder::new()
                .description(description)
                .content("application/json", content)
                .build(),
        );
        self
    }
}

const KEY_HELP: &str = "Names the command: the same request under the same key takes effect once and is answered alike.";

fn path_parameter(name: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(Schema::Object(
            ObjectBuilder::new().schema_type(Type::String).build(),
        )))
        .build()
}

/// Endpoints of one area, under one tag.
pub struct Area {
    /// The tag.
    pub name: &'static str,
    /// In reading order.
    pub endpoints: Vec<Endpoint>,
}

/// The router of all areas (relative paths), and the document that describes them under `prefix`.
pub fn build(prefix: &str, areas: Vec<Area>) -> (axum::Router<App>, OpenApi) {
    let mut router = axum::Router::new();
    let mut paths = Paths::new();
    let mut components = ComponentsBuilder::new()
        .schema_from::<Problem>()
        .security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(
                super::guard::SESSION_COOKIE,
            ))),
        )
        .security_scheme(
            "feed",
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        );
    for area in areas {
        for endpoint in area.endpoints {
            let Endpoint {
                path,
                method,
                handler,
                operation,
                access,
                scope,
                schemas,
            } = endpoint;
            for (name, schema) in schemas {
                components = components.schema(name, schema);
            }
            let operation = describe(operation, area.name, &method, path, access, scope);
            let full = format!("{prefix}{path}");
            match paths.paths.get_mut(&full) {
                Some(item) => item.merge_operations(PathItem::new(method, operation)),
                None => {
                    paths.paths.insert(full, PathItem::new(method, operation));
                }
            }
            router = router.route(
                path,
                handler.route_layer(from_fn(move |request, next| gate(access, request, next))),
            );
        }
    }
    let document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Paiban 排班")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(DESCRIPTION))
                .build(),
        )
        .paths(paths)
        .components(Some(components.build()))
        .build();
    (router, document)
}

const DESCRIPTION: &str = "Scheduling and attendance for customer-service desks. Log in with POST /api/v1/session; the \
    answer sets a cookie and gives a token that every changing request carries in X-CSRF-Token. Errors are \
    application/problem+json with a stable type, in the language of Accept-Language (zh or en). A changing request is \
    answered with Paiban-Position; a view sent with that header waits until it shows the change.";

fn describe(
    operation: OperationBuilder,
    tag: &str,
    method: &HttpMethod,
    path: &str,
    access: Access,
    scope: Scope,
) -> Operation {
    let verb = match method {
        HttpMethod::Get => "get",
        HttpMethod::Post => "post",
        HttpMethod::Put => "put",
        _ => "delete",
    };
    let id = path
        .split('/')
        .map(|part| part.trim_matches(['{', '}']).replace(['-', '.'], "_"))
        .filter(|part| !part.is_empty())
        .fold(verb.to_owned(), |id, part| format!("{id}_{part}"));
    let problem = ResponseBuilder::new()
        .description("A problem")
        .content(
            "application/problem+json",
            ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("Problem")))
                .build(),
        )
        .build();
    let operation = match access {
        Access::Public => operation,
        Access::Machine => {
            operation.security(SecurityRequirement::new::<_, [&str; 0], &str>("feed", []))
        }
        Access::MachineOr(_) => operation
            .security(SecurityRequirement::new::<_, [&str; 0], &str>("feed", []))
            .security(SecurityRequirement::new::<_, [&str; 0], &str>(
                "session",
                [],
            )),
        Access::SignedIn | Access::Roles(_) => operation.security(SecurityRequirement::new::<
            _,
            [&str; 0],
            &str,
        >("session", [])),
    };
    operation
        .tag(tag)
        .operation_id(Some(id))
        .response("default", problem)
        .extensions(Some(
            ExtensionsBuilder::new()
                .add("x-paiban-access", access_json(access))
                .add("x-paiban-scope", format!("{scope:?}").to_lowercase())
                .build(),
        ))
        .build()
}

fn access_json(access: Access) -> serde_json::Value {
    match access {
        Access::Public => json!({"public": true}),
        Access::SignedIn => json!({"signed_in": true}),
        Access::Roles(roles) => json!({"roles": roles}),
        Access::Machine => json!({"machine": true}),
        Access::MachineOr(roles) => json!({"machine": true, "roles": roles}),
    }
}

async fn gate(access: Access, request: Request, next: Next) -> Response {
    let lang = lang_of(request.headers());
    let refusal = match request
        .extensions()
        .get::<Visitor>()
        .unwrap_or(&Visitor::Anonymous)
    {
        _ if access == Access::Public => None,
        Visitor::Anonymous => Some(Problem::unauthenticated(lang)),
        Visitor::Machine(_) => match access {
            Access::Machine | Access::MachineOr(_) => None,
            _ => Some(Problem::forbidden(lang)),
        },
        Visitor::Person { actor, .. } => match access {
            Access::SignedIn => None,
            Access::Roles(roles) | Access::MachineOr(roles)
                if roles.iter().any(|&role| actor.is(role)) =>
            {
                None
            }
            _ => Some(Problem::forbidden(lang)),
        },
    };
    match refusal {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}
